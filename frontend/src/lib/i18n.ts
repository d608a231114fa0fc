/** The few words that only the browser says. Everything else comes translated from the server. */

type Words = Record<keyof typeof en, string>;

const en = {
  openCalendar: "Open calendar", previousMonth: "Previous month", nextMonth: "Next month", today: "Today", clear: "Clear",
  badDate: "Not a date. Try 25/6, +3, mon or tomorrow.", dateBefore: "The earliest date is {0}.", dateAfter: "The latest date is {0}.",
  selectAll: "Select all rows of this page", selected: "{0} selected", selectEverything: "Select all {0}", everythingSelected: "All {0} selected",
  clearSelection: "Clear selection", searchOrJump: "Search or jump to…", nothingFound: "Nothing found for “{0}”.", pages: "Pages", open: "Open", move: "Move",
  close: "Close", undo: "Undo", undone: "Undone.", search: "Search", loading: "Loading…", typeToSearch: "Type to search", add: "Add “{0}”",
  themeAuto: "System", themeLight: "Light", themeDark: "Dark", theme: "Theme", dropFiles: "Drop files here or", chooseFiles: "choose files", uploaded: "Uploaded",
  uploadFailed: "Upload failed", tooLarge: "Larger than {0} MB", wrongType: "This kind of file is not accepted", uploading: "{0} %", stop: "Stop", stopping: "Stopping…",
  done: "Done", failed: "Failed", offline: "The server did not answer. Check the connection and try again.", serverError: "Something went wrong (error {0}). Nothing was saved.",
  signedOut: "You are signed out. Reload the page to sign in.", refused: "You may not do this.", notSaved: "Not saved",
  refreshing: "Updating preview…", upToDate: "Preview is up to date", preview: "Preview", line: "Line {0}", duplicates: "Possibly the same:", suggestions: "{0} suggestions",
  shortcuts: "Keyboard shortcuts", scPalette: "Search and jump", scSearch: "Search this list", scHelp: "This help", scSave: "Save the form", scRows: "Next / previous row",
  scTick: "Tick the row", scOpen: "Open the row", scRange: "Tick a range of rows", scClose: "Close, clear selection", then: "then", click: "click", remove: "Remove",
  confirm: "Are you sure?", yes: "Yes, go ahead", cancel: "Cancel", rowAdded: "Row added", rowRemoved: "Row removed",
  passkeyFailed: "The passkey was not used. Try again, or sign in with the password.", strengthRefused: "Too simple: at least 8 characters, with a digit or a special character.",
  strengthWeak: "Weak", strengthFair: "Fair", strengthGood: "Good", strengthStrong: "Strong",
};

const it: Words = {
  openCalendar: "Apri calendario", previousMonth: "Mese precedente", nextMonth: "Mese successivo", today: "Oggi", clear: "Cancella",
  badDate: "Non è una data. Prova 25/6, +3, lun o domani.", dateBefore: "La prima data possibile è {0}.", dateAfter: "L’ultima data possibile è {0}.",
  selectAll: "Seleziona tutte le righe della pagina", selected: "{0} selezionati", selectEverything: "Seleziona tutti ({0})", everythingSelected: "Tutti selezionati ({0})",
  clearSelection: "Annulla selezione", searchOrJump: "Cerca o vai a…", nothingFound: "Nessun risultato per «{0}».", pages: "Pagine", open: "Apri", move: "Scorri",
  close: "Chiudi", undo: "Annulla", undone: "Annullato.", search: "Cerca", loading: "Caricamento…", typeToSearch: "Scrivi per cercare", add: "Aggiungi «{0}»",
  themeAuto: "Sistema", themeLight: "Chiaro", themeDark: "Scuro", theme: "Tema", dropFiles: "Trascina qui i file oppure", chooseFiles: "scegli i file", uploaded: "Caricato",
  uploadFailed: "Caricamento non riuscito", tooLarge: "Supera {0} MB", wrongType: "Tipo di file non accettato", uploading: "{0} %", stop: "Ferma", stopping: "Arresto…",
  done: "Fatto", failed: "Non riuscito", offline: "Il server non risponde. Controlla la connessione e riprova.", serverError: "Qualcosa è andato storto (errore {0}). Nulla è stato salvato.",
  signedOut: "La sessione è scaduta. Ricarica la pagina per accedere.", refused: "Non hai il permesso di farlo.", notSaved: "Non salvato",
  refreshing: "Aggiornamento anteprima…", upToDate: "Anteprima aggiornata", preview: "Anteprima", line: "Riga {0}", duplicates: "Forse esiste già:", suggestions: "{0} suggerimenti",
  shortcuts: "Scorciatoie da tastiera", scPalette: "Cerca e vai", scSearch: "Cerca in questo elenco", scHelp: "Questo aiuto", scSave: "Salva il modulo", scRows: "Riga successiva / precedente",
  scTick: "Spunta la riga", scOpen: "Apri la riga", scRange: "Spunta un intervallo di righe", scClose: "Chiudi, annulla selezione", then: "poi", click: "clic", remove: "Rimuovi",
  confirm: "Confermi?", yes: "Sì, procedi", cancel: "Annulla", rowAdded: "Riga aggiunta", rowRemoved: "Riga rimossa",
  passkeyFailed: "La passkey non è stata usata. Riprova o accedi con la password.", strengthRefused: "Troppo semplice: almeno 8 caratteri, con una cifra o un carattere speciale.",
  strengthWeak: "Debole", strengthFair: "Discreta", strengthGood: "Buona", strengthStrong: "Ottima",
};

const fr: Words = {
  openCalendar: "Ouvrir le calendrier", previousMonth: "Mois précédent", nextMonth: "Mois suivant", today: "Aujourd’hui", clear: "Effacer",
  badDate: "Date non reconnue. Essayez 25/6, +3, lun ou demain.", dateBefore: "La première date possible est le {0}.", dateAfter: "La dernière date possible est le {0}.",
  selectAll: "Sélectionner toutes les lignes de la page", selected: "{0} sélectionnés", selectEverything: "Tout sélectionner ({0})", everythingSelected: "Tout est sélectionné ({0})",
  clearSelection: "Annuler la sélection", searchOrJump: "Rechercher ou aller à…", nothingFound: "Aucun résultat pour « {0} ».", pages: "Pages", open: "Ouvrir", move: "Parcourir",
  close: "Fermer", undo: "Annuler", undone: "Annulé.", search: "Rechercher", loading: "Chargement…", typeToSearch: "Saisissez pour rechercher", add: "Ajouter « {0} »",
  themeAuto: "Système", themeLight: "Clair", themeDark: "Sombre", theme: "Thème", dropFiles: "Déposez les fichiers ici ou", chooseFiles: "choisissez-les", uploaded: "Envoyé",
  uploadFailed: "Échec de l’envoi", tooLarge: "Dépasse {0} Mo", wrongType: "Type de fichier non accepté", uploading: "{0} %", stop: "Arrêter", stopping: "Arrêt…",
  done: "Terminé", failed: "Échec", offline: "Le serveur ne répond pas. Vérifiez la connexion et réessayez.", serverError: "Une erreur est survenue (erreur {0}). Rien n’a été enregistré.",
  signedOut: "Votre session a expiré. Rechargez la page pour vous connecter.", refused: "Vous n’avez pas ce droit.", notSaved: "Non enregistré",
  refreshing: "Mise à jour de l’aperçu…", upToDate: "Aperçu à jour", preview: "Aperçu", line: "Ligne {0}", duplicates: "Existe peut-être déjà :", suggestions: "{0} suggestions",
  shortcuts: "Raccourcis clavier", scPalette: "Rechercher et aller à", scSearch: "Rechercher dans la liste", scHelp: "Cette aide", scSave: "Enregistrer le formulaire", scRows: "Ligne suivante / précédente",
  scTick: "Cocher la ligne", scOpen: "Ouvrir la ligne", scRange: "Cocher une plage de lignes", scClose: "Fermer, annuler la sélection", then: "puis", click: "clic", remove: "Supprimer",
  confirm: "Confirmez-vous ?", yes: "Oui, continuer", cancel: "Annuler", rowAdded: "Ligne ajoutée", rowRemoved: "Ligne supprimée",
  passkeyFailed: "La clé d’accès n’a pas été utilisée. Réessayez, ou connectez-vous avec le mot de passe.", strengthRefused: "Trop simple : au moins 8 caractères, avec un chiffre ou un caractère spécial.",
  strengthWeak: "Faible", strengthFair: "Moyen", strengthGood: "Bon", strengthStrong: "Fort",
};

export const LANGUAGES: Record<string, Words> = { en, it, fr };

/** The page's language, as the server set it on <html>. */
export function language(): string {
  const code = (document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  return code in LANGUAGES ? code : "en";
}

/** The words for `key`; {0} is replaced by the first value. */
export function say(key: keyof Words, ...values: (string | number)[]): string {
  const words = LANGUAGES[language()] ?? en;
  return words[key].replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ""));
}

/** A whole number with the language's thousands separator. */
export function count(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}
