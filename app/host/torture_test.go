//go:build !js

package host

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// isTrial reports whether this test binary was started to be a trial's server.
func isTrial() bool { return len(os.Args) > 1 && os.Args[1] == trialCommand }

func TestTortureFindsNothing(t *testing.T) {
	var out, errs bytes.Buffer
	code := Run(t.Context(), strings.Fields("torture --kills 8 --cuts 60 --clients 20"), &out, &errs)
	t.Log(out.String())
	if code != 0 || !strings.Contains(out.String(), "lost 0  doubled 0  reordered 0  gaps 0") || errs.Len() > 0 {
		t.Errorf("code %d, %s", code, errs.String())
	}
}

func TestTortureFindsEveryDefect(t *testing.T) {
	for defect, kind := range map[string]string{
		"ack-early": "lost", "lose": "lost", "no-dedup": "doubled", "double": "doubled", "reorder": "reordered", "gap": "gaps",
	} {
		t.Run(defect, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir()) // the data of a trial that found something stays
			var out, errs bytes.Buffer
			code := Run(t.Context(), strings.Fields("torture --kills 4 --cuts 60 --clients 20 --patience 4s --break "+defect), &out, &errs)
			if code != 1 || strings.Contains(out.String(), kind+" 0") {
				t.Errorf("code %d\n%s%s", code, out.String(), errs.String())
			}
		})
	}
}

func TestTortureSaysWhatItCannotDo(t *testing.T) {
	for args, want := range map[string]string{
		"torture --break nonsense --kills 0 --cuts 0": "nonsense",
		"torture --clients 0":                         "at least 1",
		"torture --invite https://example.org/join/x": "http://",
		"torture now": `"now" is not a setting`,
	} {
		var out, errs bytes.Buffer
		if code := Run(t.Context(), strings.Fields(args), &out, &errs); code != 2 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: code %d, %s%s", args, code, out.String(), errs.String())
		}
	}
}
