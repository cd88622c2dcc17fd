package interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What an agency says to what it hears, whichever client carries it. */
final class Agency {
    static final String REPORTS = "agency.reported";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reports to take back, and reports to stand by. */
    record Answers(List<JsonNode> takenBack, List<JsonNode> said) {}

    private final JsonNode told;

    private Agency(JsonNode told) {
        this.told = told;
    }

    /** Reads the file that says what to do. */
    static Agency of(String file) throws IOException {
        return new Agency(JSON.readTree(Files.readAllBytes(Path.of(file))));
    }

    String setting(String name) {
        return told.get(name).asText();
    }

    /** The key that an agency signs with; null where nobody has to sign. */
    JsonNode key(String code) {
        return told.get("keys").get(code);
    }

    boolean transactions() {
        return told.get("transactions").asBoolean();
    }

    /** The topics that the table has something to say to. */
    TreeSet<String> topics() {
        var found = new TreeSet<String>();
        told.get("rules").forEach(rule -> found.add(rule.get("on").asText()));
        return found;
    }

    /** What follows from an event; nothing if it is not for this agency. */
    Answers answers(byte[] value) {
        JsonNode heard = read(value);
        if (heard.get("correlationid").asText().startsWith(setting("name") + ".")) {
            for (JsonNode rule : told.get("rules")) {
                if (rule.get("on").equals(heard.get("type")) && holds(rule.get("where"), heard.get("data"))) {
                    return new Answers(reports(heard, rule, "takes_back", "b"), reports(heard, rule, "says", ""));
                }
            }
        }
        return new Answers(List.of(), List.of());
    }

    static JsonNode read(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    static byte[] written(JsonNode event) {
        return event.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static boolean holds(JsonNode where, JsonNode data) {
        return where.properties().stream().allMatch(one -> one.getValue().equals(data.get(one.getKey())));
    }

    /** A report's id follows from what it answers: said twice, it still is the same report. */
    private static List<JsonNode> reports(JsonNode heard, JsonNode rule, String which, String mark) {
        var made = new ArrayList<JsonNode>();
        String agency = rule.get("agency").asText();
        for (JsonNode claim : rule.get(which)) {
            ObjectNode report = JSON.createObjectNode()
                    .put("specversion", "1.0")
                    .put("id", heard.get("id").asText() + "-" + mark + made.size())
                    .put("source", "/agency/" + agency)
                    .put("type", REPORTS)
                    .put("subject", heard.get("subject").asText())
                    .put("time", Instant.now().toString())
                    .put("datacontenttype", "application/json")
                    .put("correlationid", heard.get("correlationid").asText())
                    .put("causationid", heard.get("id").asText());
            report.putObject("data").put("agency", agency).put("officer", "CB-0001").set("claim", claim);
            made.add(report);
        }
        return made;
    }
}
