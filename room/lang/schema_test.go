package lang_test

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"salon/room/lang"
	"salon/room/state"
)

// schema is docs/salon.schema.json, held to the fields that it has: programs must skip others.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	data, err := os.ReadFile("../../docs/salon.schema.json")
	if err != nil {
		return nil, err
	}
	strict := bytes.ReplaceAll(data, []byte(`"type": "object"`), []byte(`"type": "object", "additionalProperties": false`))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(strict))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("salon.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("salon.schema.json")
})

// wantValid holds a line of JSON to the schema.
func wantValid(t *testing.T, line []byte) {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	object, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err == nil {
		err = s.Validate(object)
	}
	if err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

// TestTheSchemaRefuses what no line is, and has the last line of a session.
func TestTheSchemaRefuses(t *testing.T) {
	wantValid(t, lang.View{}.JSONFarewell(&state.Ending{Cause: state.Quit}, time.Now()))
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`{}`, `{"type":"message"}`, `{"type":"nosuch","time":"2026-11-26T10:00:00Z"}`, `{"type":"message","time":"yesterday"}`, `{"type":"message","time":"2026-11-26T10:00:00Z","x":1}`} {
		object, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(line)))
		if err != nil || s.Validate(object) == nil {
			t.Errorf("%s is valid (%v)", line, err)
		}
	}
}
