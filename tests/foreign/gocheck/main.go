// Checks a static log with Go's own implementation of transparency logs, which shares nothing
// with this project: the signed checkpoint, every tile, every entry, and proofs between sizes.
//
//	go run . LOGDIR VKEY
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// folder reads tiles as tlog-tiles lays them out: without the height in the path.
type folder struct{ root string }

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.root, path(tile)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: gocheck LOGDIR VKEY"))
	}
	root, vkey := os.Args[1], os.Args[2]
	tree, signers := open(root, vkey)
	reader := tlog.TileHashReader(tree, folder{root})
	entries := checkEntries(root, tree, reader)
	proofs := checkProofs(tree, reader)
	fmt.Printf("ok: %d entries, %d proofs, root %s, signed by %s\n", entries, proofs, tree.Hash, signers)
}

func open(root, vkey string) (tlog.Tree, string) {
	verifier, err := note.NewVerifier(vkey)
	fail(err)
	data, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	fail(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	fail(err)
	lines := strings.SplitN(opened.Text, "\n", 4)
	if lines[0] != verifier.Name() {
		fail(fmt.Errorf("checkpoint is of %s", lines[0]))
	}
	var size int64
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	fail(err)
	hash, err := tlog.ParseHash(lines[2])
	fail(err)
	return tlog.Tree{N: size, Hash: hash}, opened.Sigs[0].Name
}

func checkEntries(root string, tree tlog.Tree, reader tlog.HashReader) int64 {
	var seen int64
	for first := int64(0); first < tree.N; first += 256 {
		width := min(256, tree.N-first)
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		fail(err)
		rest := bundle(root, first/256, int(width))
		for i := range hashes {
			length := int(binary.BigEndian.Uint16(rest))
			if tlog.RecordHash(rest[2:2+length]) != hashes[i] {
				fail(fmt.Errorf("entry %d is not the one in the tree", first+int64(i)))
			}
			rest = rest[2+length:]
			seen++
		}
		if len(bytes.TrimSpace(rest)) != 0 {
			fail(fmt.Errorf("bundle at %d is longer than its entries", first))
		}
	}
	return seen
}

func bundle(root string, index int64, width int) []byte {
	tile := tlog.Tile{H: 8, L: -1, N: index, W: width}
	name := strings.Replace(path(tile), "tile/data/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(root, name))
	fail(err)
	return data
}

func checkProofs(tree tlog.Tree, reader tlog.HashReader) int {
	count := 0
	for index := int64(0); index < tree.N; index += max(1, tree.N/97) {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		fail(err)
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		fail(err)
		fail(tlog.CheckRecord(proof, tree.N, tree.Hash, index, hashes[0]))
		older, err := tlog.TreeHash(index+1, reader)
		fail(err)
		between, err := tlog.ProveTree(tree.N, index+1, reader)
		fail(err)
		fail(tlog.CheckTree(between, tree.N, tree.Hash, index+1, older))
		count += 2
	}
	return count
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}
