package interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** How a report is signed: a detached JWS (EdDSA, RFC 7515, 7797, 8037) over the exact bytes of the record's value. */
final class Signing {
    static final String HEADER = "lt-signature";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private Signing() {}

    /** The header's value; the key is one of the credentials: kid, audience, private_key. */
    static byte[] signature(JsonNode key, byte[] value) throws Exception {
        var said = Map.of(
                "alg", "EdDSA",
                "b64", false,
                "crit", List.of("b64"),
                "kid", key.get("kid").asText(),
                "typ", "lt-claim+jws",
                "aud", key.get("audience").asText());
        String head = BASE64URL.encodeToString(JSON.writeValueAsBytes(said));
        byte[] seed = Base64.getUrlDecoder().decode(key.get("private_key").asText());
        Signature signing = Signature.getInstance("Ed25519");
        var spec = new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed);
        signing.initSign(KeyFactory.getInstance("Ed25519").generatePrivate(spec));
        signing.update((head + ".").getBytes(StandardCharsets.US_ASCII));
        signing.update(value);
        return (head + ".." + BASE64URL.encodeToString(signing.sign())).getBytes(StandardCharsets.US_ASCII);
    }
}
