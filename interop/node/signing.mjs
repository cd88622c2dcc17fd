// How a report is signed: a detached JWS (EdDSA, RFC 7515, 7797, 8037) over the exact bytes of the record's value.
import { createPrivateKey, sign } from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // what stands before the 32 bytes of a key

/** The headers of a record that an agency signs with this key. */
export function headers(key, value) {
  const said = { alg: "EdDSA", b64: false, crit: ["b64"], kid: key.kid, typ: "lt-claim+jws", aud: key.audience };
  const seed = Buffer.from(key.private_key, "base64url");
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const head = Buffer.from(JSON.stringify(said)).toString("base64url");
  const proof = sign(null, Buffer.concat([Buffer.from(`${head}.`), Buffer.from(value)]), privateKey);
  return { "lt-signature": `${head}..${proof.toString("base64url")}` };
}
