#!/usr/bin/env bash
# The CloudEvents SDK for Java 4.0.1 reads an extension attribute that is JSON null as the text "null".
#
# The JSON event format of CloudEvents 1.0.2 (section 2.1) lets a writer put null for an attribute that is not set, and has
# a reader take it as not set. For `subject`, which the specification names, the SDK does so; for an extension it makes up
# a value of four letters, and writes it on. So a record must leave out what it does not have.
#
# Needs Java 17 and Maven. Seen on 2026-11-28 with OpenJDK 17.0.15, cloudevents-json-jackson 4.0.1, Jackson 2.20.1:
#
#     subject:     null
#     causationid: text "null"
#     written:     {"specversion":"1.0","id":"1","source":"/a","type":"t","datacontenttype":"application/json","causationid":"null","data":{}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>com.fasterxml.jackson</groupId><artifactId>jackson-bom</artifactId><version>2.20.1</version>
        <type>pom</type><scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>io.cloudevents</groupId><artifactId>cloudevents-json-jackson</artifactId><version>4.0.1</version>
    </dependency>
  </dependencies>
</project>
POM
cat > "$folder/Finding.java" <<'JAVA'
import io.cloudevents.jackson.JsonFormat;
import java.nio.charset.StandardCharsets;

public class Finding {
    public static void main(String[] arguments) {
        String text = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"t\",\"subject\":null,"
                + "\"causationid\":null,\"data\":{}}";
        var format = new JsonFormat();
        var event = format.deserialize(text.getBytes(StandardCharsets.UTF_8));
        Object extension = event.getExtension("causationid");
        System.out.println("subject:     " + event.getSubject());
        System.out.println("causationid: " + (extension instanceof String ? "text \"" + extension + '"' : extension));
        System.out.println("written:     " + new String(format.serialize(event), StandardCharsets.UTF_8));
        if (event.getSubject() != null || !"null".equals(extension)) {
            System.err.println("this has changed: a null extension is not read as the text \"null\" any more");
            System.exit(1);
        }
    }
}
JAVA
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
java -cp "$folder/lib/*" "$folder/Finding.java"
