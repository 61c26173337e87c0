// Checks proofs of the audit log with the Go project's own reader of signed notes and tree proofs, the one that
// its module checksum database relies on: check KEY PROOF, or check KEY GROWTH OLD.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func need(err error) {
	if err != nil {
		fmt.Println("WRONG:", err)
		os.Exit(1)
	}
}

func read(file string) string {
	text, err := os.ReadFile(file)
	need(err)
	return string(text)
}

func hash(line string) tlog.Hash {
	hash, err := tlog.ParseHash(line)
	need(err)
	return hash
}

func hashes(lines []string) []tlog.Hash {
	var all []tlog.Hash
	for _, line := range lines {
		all = append(all, hash(line))
	}
	return all
}

// opened gives size and root of a checkpoint that one of the keys signed.
func opened(text, keys string) (int64, tlog.Hash) {
	var known []note.Verifier
	for _, key := range strings.Fields(keys) {
		verifier, err := note.NewVerifier(key)
		need(err)
		known = append(known, verifier)
	}
	checkpoint, err := note.Open([]byte(text), note.VerifierList(known...))
	need(err)
	lines := strings.Split(checkpoint.Text, "\n")
	if lines[0] != checkpoint.Sigs[0].Name {
		need(fmt.Errorf("signed by %s", checkpoint.Sigs[0].Name))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	need(err)
	return size, hash(lines[2])
}

func main() {
	keys, text := read(os.Args[1]), read(os.Args[2])
	end := strings.Index(text, "\n\n")
	head := strings.Split(text[:end], "\n")
	size, root := opened(text[end+2:], keys)
	if head[0] == "c2sp.org/tlog-proof@v1" {
		record, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(head[1], "extra "))
		need(err)
		index, err := strconv.ParseInt(strings.TrimPrefix(head[2], "index "), 10, 64)
		need(err)
		need(tlog.CheckRecord(hashes(head[3:]), size, root, index, tlog.RecordHash(record)))
		fmt.Printf("record %d of %d: %s\n", index+1, size, record)
		return
	}
	then, before := opened(read(os.Args[3]), keys)
	if head[0] != fmt.Sprintf("old %d", then) {
		need(fmt.Errorf("the older note is another one"))
	}
	need(tlog.CheckTree(hashes(head[1:]), size, root, then, before))
	fmt.Printf("the first %d of %d records are what they were\n", then, size)
}
