//go:build !js

package host

import "testing"

func TestASizeIsWhatPeopleWrite(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1000": 1000, "10KB": 10 << 10, "500MB": 500 << 20, "500 mb": 500 << 20, "1.5G": 3 << 29, "2GiB": 2 << 30, "1T": 1 << 40,
	} {
		var s size
		if err := s.Set(text); err != nil || int64(s) != want {
			t.Errorf("%q is %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "B", "MB", "-1", "much", "5XB", "1e300", "NaN"} {
		var s size
		if err := s.Set(text); err == nil {
			t.Errorf("%q is %d", text, s)
		}
	}
}

func TestFilesHaveALimitUnlessOneSaysOtherwise(t *testing.T) {
	s, err := parseSettings(nil)
	if err != nil || s.files.limit != 100<<20 || s.files.quota != 5<<30 {
		t.Errorf("%+v, %v", s.files, err)
	}
	s, err = parseSettings([]string{"--file-limit", "1GB", "--file-quota", "0"})
	if err != nil || s.files.limit != 1<<30 || s.files.quota != 0 {
		t.Errorf("%+v, %v", s.files, err)
	}
	if _, err = parseSettings([]string{"--file-limit", "0"}); err == nil {
		t.Error("a limit of nothing is taken")
	}
}
