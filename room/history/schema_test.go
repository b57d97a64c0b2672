package history

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestWhatIsExportedIsAsTheSchemaSays: every line that the tests export, for docs/salon.schema.json
// held to the fields that it has.
func TestWhatIsExportedIsAsTheSchemaSays(t *testing.T) {
	data := read(t, filepath.Join("..", "..", "docs", "salon.schema.json"))
	strict := bytes.ReplaceAll(data, []byte(`"type": "object"`), []byte(`"type": "object", "additionalProperties": false`))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(strict))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("salon.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	exported, err := c.Compile("salon.schema.json#/$defs/exported")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "*.jsonl"))
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			lines++
			object, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err == nil {
				err = exported.Validate(object)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", file, line, err)
			}
		}
	}
	if lines == 0 {
		t.Error("no line was exported")
	}
}
