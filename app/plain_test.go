package app

import "testing"

// TestNamesAreComparedWithoutAccents holds the browser's way and the server's to
// the same.
func TestNamesAreComparedWithoutAccents(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "ada lovelace", "José": "jose", "Jose\u0301": "jose", "Ærø Ǽ ǿ": "aero ae o", "1\ufe0f\u20e3 \u00b4": "1  ", "Łódź": "lodz",
		"Đặng Thị": "dang thi", "STRASSE ẞ ß": "strasse ss ss", "İzmir ısı": "izmir isi", "ΛΌΓΟΣ λόγος": "λογοσ λογοσ",
		"Ёлка Йод": "елка йод", "ガ か\u3099": "ガ が", "李文": "李文", "Ｗｉｄｅ": "wide", "हिन्दी": "हिन्दी", "👩‍💻": "👩‍💻", "": "",
	} {
		if got := plain(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
