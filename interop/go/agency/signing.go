package agency

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
)

// Key is what an agency signs with, as its credentials name it.
type Key struct {
	KID        string `json:"kid"`
	Audience   string `json:"audience"`
	PrivateKey string `json:"private_key"`
}

// Signature is the header `lt-signature`: a detached JWS (EdDSA, RFC 7515, 7797, 8037) over the exact bytes of the
// record's value.
func (key Key) Signature(value []byte) []byte {
	said, err := json.Marshal(map[string]any{
		"alg": "EdDSA", "b64": false, "crit": []string{"b64"},
		"kid": key.KID, "typ": "lt-claim+jws", "aud": key.Audience,
	})
	Must(err)
	seed, err := base64.RawURLEncoding.DecodeString(key.PrivateKey)
	Must(err)
	head := base64.RawURLEncoding.EncodeToString(said)
	proof := ed25519.Sign(ed25519.NewKeyFromSeed(seed), append([]byte(head+"."), value...))
	return []byte(head + ".." + base64.RawURLEncoding.EncodeToString(proof))
}
