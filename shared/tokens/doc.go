// Package tokens makes of a text the terms it is found by, of what somebody
// looks for the terms that find it, and of both what to highlight. All three
// read text the same way, so they cannot disagree; and they know no database,
// so that all of them find the same.
//
// A word is one term: normalized (NFKC), in lower case and, in Latin and Greek
// letters, without accents, which people leave out as they type. Chinese, Japanese and
// Korean have no spaces to go by: of a run of their characters every pair of
// neighbours is a term, and the last character alone. So any part of a run, a
// single character too, is found: as pairs that follow each other, or as the
// beginning of one.
//
// Behind the terms in their order stands what has none: the stems of words
// that are not their own stem, the first two letters of words, and marks for
// what else can be asked of a message.
//
// It is the one package that uses a stemmer and normalization tables. The
// browser does without it.
package tokens
