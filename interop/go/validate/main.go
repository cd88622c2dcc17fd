// santhosh-tekuri/jsonschema: compiles every schema of a folder, then holds every sample against its schema.
// Usage: validate CONTRACTS; prints what is wrong, one line of JSON each.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"interop/agency"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	contracts := os.Args[1]
	files, err := filepath.Glob(filepath.Join(contracts, "schemas", "*.json"))
	agency.Must(err)
	for _, file := range files {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		schema, err := compiler.Compile(file)
		if err != nil {
			wrong(filepath.Base(file), err)
			continue
		}
		topic := strings.TrimSuffix(filepath.Base(file), ".v1.json")
		samples, err := filepath.Glob(filepath.Join(contracts, "samples", topic, "*.json"))
		agency.Must(err)
		for _, sample := range samples {
			if err := schema.Validate(read(sample)); err != nil {
				wrong(topic+"/"+filepath.Base(sample), err)
			}
		}
	}
}

func read(file string) any {
	opened, err := os.Open(file)
	agency.Must(err)
	defer opened.Close()
	value, err := jsonschema.UnmarshalJSON(opened)
	agency.Must(err)
	return value
}

func wrong(file string, err error) {
	line, failed := json.Marshal(map[string]string{"file": file, "why": err.Error()})
	agency.Must(failed)
	fmt.Println(string(line))
}
