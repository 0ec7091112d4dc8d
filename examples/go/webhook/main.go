// Takes the announcements of runs as a webhook, and prints one JSON line for each: docs/pipelines.md, "Results go out".
//
//	WEBHOOK_SECRET=whsec_... go run ./webhook 8080
//
// Put TLS before it, as workers send to https alone. WEBHOOK_SECRET is that of the receivers file of the workers; while one
// takes the place of another it has both, with a space between them. Answers 204 to what is signed with one of them, so that
// it is not sent again, and 401 to all else. An announcement may come twice: what has an ID that was there is passed over.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// Whoever has recorded a request cannot send it again later.
	oldest  = 5 * time.Minute
	largest = 256 * 1024
)

// announcement is what is used here; schemas/announcement.json has all fields.
type announcement struct {
	Type string `json:"type"`
	Data struct {
		AccountID   string  `json:"accountId"`
		InstanceArn *string `json:"instanceArn"`
		Failure     struct {
			Remedy *string `json:"remedy"`
		} `json:"failure"`
	} `json:"data"`
}

// verify returns the ID of what was sent by whoever has the secret, within the last minutes.
func verify(secrets [][]byte, header http.Header, body []byte) (string, error) {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil || time.Since(time.Unix(seconds, 0)).Abs() > oldest {
		return "", errors.New("it is too old, or says no time")
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, signature := range strings.Fields(header.Get("webhook-signature")) {
			if hmac.Equal([]byte(signature), []byte(expected)) {
				return id, nil
			}
		}
	}
	return "", errors.New("it is not signed with the secret")
}

// take does what your team does with it.
func take(it announcement) {
	line, _ := json.Marshal(map[string]any{
		"type":        it.Type,
		"accountId":   it.Data.AccountID,
		"instanceArn": it.Data.InstanceArn,
		"remedy":      it.Data.Failure.Remedy,
	})
	fmt.Println(string(line))
}

func main() {
	var secrets [][]byte
	for _, secret := range strings.Fields(os.Getenv("WEBHOOK_SECRET")) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "WEBHOOK_SECRET is not whsec_ and base64.")
			os.Exit(2)
		}
		secrets = append(secrets, key)
	}
	if len(os.Args) != 2 || len(secrets) == 0 {
		fmt.Fprintln(os.Stderr, "Usage: WEBHOOK_SECRET=whsec_... webhook PORT")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	var seen sync.Map
	server := http.Server{ReadTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, largest))
		var id string
		if err == nil {
			id, err = verify(secrets, request.Header, body)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "refused: %s\n", err)
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		var it announcement
		if err := json.Unmarshal(body, &it); err != nil {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		if _, known := seen.LoadOrStore(id, true); !known {
			take(it)
		}
		answer.WriteHeader(http.StatusNoContent)
	})}
	fmt.Fprintln(os.Stderr, server.Serve(listener))
	os.Exit(1)
}
