package sqlstore

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// corpus says things in English, Chinese and Japanese, the way people do: a few
// words in most messages, most words in few.
type corpus struct {
	rnd   *rand.Rand
	often *rand.Zipf // which word
	words []string
}

func newCorpus(seed uint64) *corpus {
	rnd := rand.New(rand.NewPCG(seed, 7))
	c := &corpus{rnd: rnd, words: strings.Fields(frequentWords)}
	endings := []string{"", "s", "ing", "ed", "er"}
	for len(c.words) < 12_000 {
		word := ""
		for range 1 + rnd.IntN(3) {
			word += string("bcdfghklmnprstvw"[rnd.IntN(16)]) + string("aeiou"[rnd.IntN(5)]) + string("nrstlmdp"[rnd.IntN(8)])
		}
		c.words = append(c.words, word+endings[rnd.IntN(len(endings))])
	}
	c.often = rand.NewZipf(rnd, 1.1, 2, uint64(len(c.words)-1))
	return c
}

const frequentWords = `the to and a of in is it that you we for on be with are this have not at
	will can if but was do they there what meeting today tomorrow deploy release server message please
	thanks look think know need test build branch review merge error fixed`

// say is one message; every thousandth has a word of its own.
func (c *corpus) say(n int) string {
	text := ""
	switch c.rnd.IntN(10) {
	case 0, 1, 2:
		text = c.chinese()
	case 3:
		text = c.japanese()
	case 4:
		text = c.chinese() + " " + c.english(4)
	default:
		text = c.english(4 + c.rnd.IntN(24))
	}
	if n%1000 == 0 {
		text += fmt.Sprintf(" zebra%d", n/1000)
	}
	if n%50 == 0 {
		text += " https://example.org/" + c.english(1)
	}
	return text
}

func (c *corpus) english(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = c.words[c.often.Uint64()]
	}
	return strings.Join(words, " ") + "."
}

func (c *corpus) chinese() string {
	return c.pieces([]string{
		"我们", "你们", "他们", "会议", "会议室", "明天", "今天", "下午", "发布", "计划", "测试", "结果", "问题", "服务器", "消息", "请看", "一下", "可以", "没有", "什么",
		"怎么", "修复", "代码", "合并", "分支", "文档", "的", "了", "是", "在", "和", "不", "有", "这", "那", "我", "你", "他", "好", "吗",
	}, "，") + "。"
}

func (c *corpus) japanese() string {
	return c.pieces([]string{
		"会議", "明日", "今日", "資料", "確認", "お願いします", "サーバー", "テスト", "ありがとう", "ございます", "リリース", "計画", "問題", "です", "ます", "の", "は", "を", "に", "が",
		"した", "する", "こと", "これ", "それ", "コード", "修正", "送信", "東京", "電話",
	}, "、") + "。"
}

func (c *corpus) pieces(of []string, comma string) string {
	var b strings.Builder
	often := rand.NewZipf(c.rnd, 1.05, 3, uint64(len(of)-1))
	for i := range 5 + c.rnd.IntN(14) {
		if i%6 == 5 {
			b.WriteString(comma)
		}
		piece := of[often.Uint64()]
		if c.rnd.IntN(12) == 0 { // and what is said seldom
			piece = string(rune(0x4e00 + c.rnd.IntN(3000)))
		}
		b.WriteString(piece)
	}
	return b.String()
}
