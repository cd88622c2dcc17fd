// Package agency is what an agency says to what it hears, whichever client carries it.
package agency

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"
	"time"
)

// Config is what a program is told: the broker, its own name, a codec, and the table of what to say.
type Config struct {
	Kafka        string
	Name         string
	Codec        string
	Transactions bool
	Mode         string
	Rules        []Rule
	Keys         map[string]Key
}

// Rule says what follows from an event whose data have all of Where.
type Rule struct {
	On        string
	Agency    string
	Says      []map[string]any
	Where     map[string]any
	TakesBack []map[string]any `json:"takes_back"`
}

// Event is a CloudEvent in structured JSON.
type Event struct {
	SpecVersion     string         `json:"specversion"`
	ID              string         `json:"id"`
	Source          string         `json:"source"`
	Type            string         `json:"type"`
	Subject         string         `json:"subject"`
	Time            time.Time      `json:"time"`
	DataContentType string         `json:"datacontenttype"`
	CorrelationID   string         `json:"correlationid"`
	CausationID     string         `json:"causationid"`
	Data            map[string]any `json:"data"`
}

// ReadConfig reads the file that is named on the command line.
func ReadConfig() (told Config) {
	text, err := os.ReadFile(os.Args[1])
	Must(err)
	Must(json.Unmarshal(text, &told))
	return told
}

// Topics are those that the table has something to say to.
func (told Config) Topics() (topics []string) {
	seen := map[string]bool{}
	for _, rule := range told.Rules {
		if !seen[rule.On] {
			topics = append(topics, rule.On)
		}
		seen[rule.On] = true
	}
	return topics
}

// Answers are the reports to take back, and those to stand by, that follow from an event; none if it is not for this
// agency.
func (told Config) Answers(value []byte) (takenBack, said []Event) {
	var heard Event
	Must(json.Unmarshal(value, &heard))
	return told.AnswersTo(heard)
}

// AnswersTo is Answers for an event that was read already.
func (told Config) AnswersTo(heard Event) (takenBack, said []Event) {
	if !strings.HasPrefix(heard.CorrelationID, told.Name+".") {
		return nil, nil
	}
	for _, rule := range told.Rules {
		if rule.On == heard.Type && holds(rule.Where, heard.Data) {
			return reports(heard, rule.Agency, rule.TakesBack, "b"), reports(heard, rule.Agency, rule.Says, "")
		}
	}
	return nil, nil
}

func holds(where, data map[string]any) bool {
	for name, value := range where {
		if !reflect.DeepEqual(data[name], value) {
			return false
		}
	}
	return true
}

// A report's id follows from what it answers: said twice, it still is the same report.
func reports(heard Event, code string, claims []map[string]any, mark string) (made []Event) {
	for number, claim := range claims {
		made = append(made, Event{
			SpecVersion:     "1.0",
			ID:              fmt.Sprintf("%s-%s%d", heard.ID, mark, number),
			Source:          "/agency/" + code,
			Type:            "agency.reported",
			Subject:         heard.Subject,
			Time:            time.Now(),
			DataContentType: "application/json",
			CorrelationID:   heard.CorrelationID,
			CausationID:     heard.ID,
			Data:            map[string]any{"agency": code, "officer": "CB-0001", "claim": claim},
		})
	}
	return made
}

// JSON is the record's value.
func (event Event) JSON() []byte {
	text, err := json.Marshal(event)
	Must(err)
	return text
}

// Must ends the program where something can not be.
func Must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
