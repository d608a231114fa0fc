import "./page/htmx.ts";
import "./page/confirm.ts";
import "./page/forms.ts";
import "./page/menus.ts";
import "./page/shell.ts";
import "./page/tables.ts";
import { UiAddress } from "./elements/ui-address.ts";
import { UiCombobox } from "./elements/ui-combobox.ts";
import { UiCommand } from "./elements/ui-command.ts";
import { UiDate } from "./elements/ui-date.ts";
import { UiDropzone } from "./elements/ui-dropzone.ts";
import { UiDuplicates } from "./elements/ui-duplicates.ts";
import { UiFormset } from "./elements/ui-formset.ts";
import { UiLayoutEditor } from "./elements/ui-layout-editor.ts";
import { UiMatrix } from "./elements/ui-matrix.ts";
import { UiPasskey } from "./elements/ui-passkey.ts";
import { UiProgress } from "./elements/ui-progress.ts";
import { UiPropose } from "./elements/ui-propose.ts";
import { UiRows } from "./elements/ui-rows.ts";
import { UiShortcuts } from "./elements/ui-shortcuts.ts";
import { UiSignature } from "./elements/ui-signature.ts";
import { UiStrength } from "./elements/ui-strength.ts";
import { UiTabs } from "./elements/ui-tabs.ts";
import { UiTheme } from "./elements/ui-theme.ts";
import { UiToasts } from "./elements/ui-toasts.ts";
import { UiUnsaved } from "./elements/ui-unsaved.ts";

const ELEMENTS: Record<string, CustomElementConstructor> = {
  "ui-toasts": UiToasts,
  "ui-address": UiAddress,
  "ui-combobox": UiCombobox,
  "ui-command": UiCommand,
  "ui-date": UiDate,
  "ui-dropzone": UiDropzone,
  "ui-duplicates": UiDuplicates,
  "ui-formset": UiFormset,
  "ui-layout-editor": UiLayoutEditor,
  "ui-matrix": UiMatrix,
  "ui-passkey": UiPasskey,
  "ui-progress": UiProgress,
  "ui-propose": UiPropose,
  "ui-rows": UiRows,
  "ui-shortcuts": UiShortcuts,
  "ui-signature": UiSignature,
  "ui-strength": UiStrength,
  "ui-tabs": UiTabs,
  "ui-theme": UiTheme,
  "ui-unsaved": UiUnsaved,
};

for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
document.documentElement.dataset["ready"] = "";
