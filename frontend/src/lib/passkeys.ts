/** WebAuthn's binary parts as the text servers send and read (base64url without padding). */

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

export function toText(bytes: ArrayBuffer | null): string | null {
  if (bytes === null) return null;
  let plain = "";
  for (const byte of new Uint8Array(bytes)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

interface Listed { id: string; type: PublicKeyCredentialType; transports?: AuthenticatorTransport[] }
type Plain = Record<string, unknown> & { publicKey?: Plain };

const inner = (given: unknown): Plain => ((given as Plain)?.publicKey ?? given ?? {}) as Plain;

function listed(given: unknown): PublicKeyCredentialDescriptor[] {
  return ((given ?? []) as Listed[]).map((one) => ({ ...one, id: toBytes(one.id) }));
}

/** The server's JSON as navigator.credentials.get wants it. */
export function requestOptions(given: unknown): PublicKeyCredentialRequestOptions {
  const plain = inner(given);
  return { ...plain, challenge: toBytes(plain["challenge"] as string), allowCredentials: listed(plain["allowCredentials"]) };
}

/** The server's JSON as navigator.credentials.create wants it; `resident` asks for a key that knows whose it is. */
export function creationOptions(given: unknown, resident: boolean): PublicKeyCredentialCreationOptions {
  const plain = inner(given) as unknown as PublicKeyCredentialCreationOptions;
  const texts = inner(given) as { challenge: string; user: { id: string }; excludeCredentials?: unknown };
  const selection: AuthenticatorSelectionCriteria = resident
    ? { ...plain.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" }
    : (plain.authenticatorSelection ?? {});
  return {
    ...plain,
    challenge: toBytes(texts.challenge),
    user: { ...plain.user, id: toBytes(texts.user.id) },
    excludeCredentials: listed(texts.excludeCredentials),
    authenticatorSelection: selection,
  };
}

export interface Credential {
  id: string;
  rawId: string | null;
  type: string;
  authenticatorAttachment: string | null;
  clientExtensionResults: AuthenticationExtensionsClientOutputs;
  response: Record<string, string | string[] | null>;
}

/** What the browser answered, as the server reads it. */
export function credentialJson(made: PublicKeyCredential): Credential {
  const answer = made.response;
  const response: Credential["response"] = { clientDataJSON: toText(answer.clientDataJSON) };
  if (answer instanceof AuthenticatorAttestationResponse) {
    response["attestationObject"] = toText(answer.attestationObject);
    response["transports"] = answer.getTransports();
  } else if (answer instanceof AuthenticatorAssertionResponse) {
    response["authenticatorData"] = toText(answer.authenticatorData);
    response["signature"] = toText(answer.signature);
    response["userHandle"] = toText(answer.userHandle);
  }
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response,
  };
}
