// What CloudEvents' SDK makes of records: reads each file and writes it again, one line of JSON each.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"interop/agency"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
)

func main() {
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		agency.Must(err)
		said := map[string]any{"file": file}
		var event cloudevents.Event
		if err = json.Unmarshal(text, &event); err == nil {
			err = event.Validate()
		}
		if err != nil {
			said["refused"] = err.Error()
		} else {
			said["event"] = event
		}
		line, err := json.Marshal(said)
		agency.Must(err)
		fmt.Println(string(line))
	}
}
