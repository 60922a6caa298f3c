package tokens

import "testing"

func BenchmarkOf(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"english", "The new resume path is in. A client that was away says where it stopped and gets the rest, deploying on Thursdays."},
		{"chinese", "太好了！明天会议室见，我带上测试结果。然后我们一起看看发布计划有没有问题。"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Of(c.text)
			}
		})
	}
}
