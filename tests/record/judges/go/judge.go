// A judge that is not ours: golang.org/x/mod/sumdb, with which the Go module mirror is checked.
//
// It reads questions as JSON, one a line, and answers each with a line: "holds", or why not.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Op      string   `json:"op"`
	Key     string   `json:"key"`
	Note    string   `json:"note"`
	Folder  string   `json:"folder"`
	Index   int64    `json:"index"`
	Indices []int64  `json:"indices"`
	Size    int64    `json:"size"`
	OldSize int64    `json:"old_size"`
	Leaf    string   `json:"leaf"`
	Root    string   `json:"root"`
	OldRoot string   `json:"old_root"`
	Proof   []string `json:"proof"`
}

func hash(text string) (tlog.Hash, error) {
	return tlog.ParseHash(text)
}

func proof(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for at, text := range texts {
		one, err := hash(text)
		if err != nil {
			return nil, err
		}
		hashes[at] = one
	}
	return hashes, nil
}

// checkpoint opens a note with a key and reads origin, size and root.
func checkpoint(key string, signed []byte) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("no checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := hash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// folder reads a log's tiles as files; tlog checks each against the root.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for at, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		read, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		data[at] = read
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// entry reads leaf index out of its bundle.
func (f folder) entry(index int64, size int64) ([]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}
	if (tile.N+1)*256 > size {
		tile.W = int(size % 256)
	}
	name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(f), name))
	if err != nil {
		return nil, err
	}
	for passed := index % 256; ; passed-- {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends within an entry", name)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if passed == 0 {
			return data[2:end], nil
		}
		data = data[end:]
	}
}

func log(asked question) error {
	f := folder(asked.Folder)
	signed, err := os.ReadFile(filepath.Join(asked.Folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(asked.Key, signed)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, f)
	for _, index := range asked.Indices {
		entry, err := f.entry(index, tree.N)
		if err != nil {
			return err
		}
		path, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %v", index, err)
		}
	}
	return nil
}

func judge(asked question) error {
	if asked.Op == "log" {
		return log(asked)
	}
	if asked.Op == "checkpoint" {
		tree, err := checkpoint(asked.Key, []byte(asked.Note))
		if err == nil && (tree.N != asked.Size || tree.Hash.String() != asked.Root) {
			return fmt.Errorf("it says %d %s", tree.N, tree.Hash)
		}
		return err
	}
	root, err := hash(asked.Root)
	if err != nil {
		return err
	}
	hashes, err := proof(asked.Proof)
	if err != nil {
		return err
	}
	if asked.Op == "inclusion" {
		leaf, err := hash(asked.Leaf)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(hashes, asked.Size, root, asked.Index, leaf)
	}
	old, err := hash(asked.OldRoot)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, asked.Size, root, asked.OldSize, old)
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		verdict := json.Unmarshal(line, &asked)
		if verdict == nil {
			verdict = judge(asked)
		}
		if verdict == nil {
			fmt.Println("holds")
		} else {
			fmt.Println(strings.ReplaceAll(verdict.Error(), "\n", " "))
		}
	}
}
