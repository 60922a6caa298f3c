package sqlstore

import (
	"errors"
	"fmt"
	"path/filepath"

	lib "modernc.org/sqlite/lib"
)

// Problem says why a database could not be opened.
type Problem string

// The problems that a person can do something about.
const (
	NewerSchema Problem = "newer schema" // written by a newer version of the program
	NotOurs     Problem = "not ours"     // a file of another kind, or of another program
	Damaged     Problem = "damaged"      // SQLite's, but its content makes no sense
	Unwritable  Problem = "unwritable"   // the folder or the file refuses writes
	Locked      Problem = "locked"       // another program holds it
	Unsafe      Problem = "unsafe"       // SQLite cannot keep its promises there
)

// OpenError is one sentence that tells a person what is wrong with a database
// and what to do. The file and its folder are as they were.
type OpenError struct {
	Problem  Problem
	Path     string
	sentence string
	cause    error
}

func (e *OpenError) Error() string { return e.sentence }
func (e *OpenError) Unwrap() error { return e.cause }

func newerSchema(path string, has, known int64) error {
	return &OpenError{Problem: NewerSchema, Path: path, sentence: fmt.Sprintf(
		"the database %s was written by a newer Hubbub (schema %d, this one knows %d): start the newer version or restore a backup",
		path, has, known)}
}

func notOurs(path, what string) error {
	return &OpenError{Problem: NotOurs, Path: path, sentence: fmt.Sprintf(
		"the file %s is not a Hubbub database (%s): move it away or choose another data folder", path, what)}
}

func damaged(path string, cause error) error {
	return &OpenError{Problem: Damaged, Path: path, cause: cause, sentence: fmt.Sprintf(
		"the database %s is damaged (%v): restore a backup, or move the file away to start afresh", path, cause)}
}

func unwritable(what, path string, cause error) error {
	return &OpenError{Problem: Unwritable, Path: path, cause: cause, sentence: fmt.Sprintf(
		"the %s %s cannot be written (%v): let the user that runs Hubbub write there or choose another data folder",
		what, path, bare(cause))}
}

// bare strips the path that we have said already.
func bare(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// openFailure makes a sentence of what went wrong after inspect was content.
func openFailure(path string, err error) error {
	var told *OpenError
	if errors.As(err, &told) {
		return told
	}
	var unsafe *pragmaError
	if errors.As(err, &unsafe) {
		return &OpenError{Problem: Unsafe, Path: path, cause: err, sentence: fmt.Sprintf(
			"the database %s cannot be kept safely (%v): choose a data folder on a local disk", path, unsafe)}
	}
	switch code(err) {
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		return damaged(path, err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM, lib.SQLITE_FULL, lib.SQLITE_IOERR:
		return unwritable("folder", filepath.Dir(path), err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return &OpenError{Problem: Locked, Path: path, cause: err, sentence: fmt.Sprintf(
			"the database %s is locked by another program: stop that program and start Hubbub again", path)}
	}
	return fmt.Errorf("open the database %s: %w", path, err)
}
