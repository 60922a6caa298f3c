// Package pushtest is a push service, and the browsers that it reaches, for
// tests: it speaks RFC 8030 over TLS on this machine, checks that who sends
// signed with the key that a browser subscribed with (RFC 8292), and decrypts
// what a browser would (RFC 8291). It shares no code with what it tests.
package pushtest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/shared"
)

// Service is a push service.
type Service struct {
	t    testing.TB
	http *httptest.Server

	mu       sync.Mutex
	browsers map[string]*Browser // guarded by mu: by path of the endpoint
	quit     chan struct{}       // closed at the end, for what hangs
}

// Browser is one that subscribed.
type Browser struct {
	service *Service
	path    string
	signer  string // the public key that it subscribed with
	key     *ecdh.PrivateKey
	auth    []byte
	arrived chan Delivery

	mu      sync.Mutex
	answers []http.HandlerFunc // guarded by mu: for the next requests, instead of taking them
	tries   int                // guarded by mu
}

// Delivery is what reached a browser.
type Delivery struct {
	Payload []byte // decrypted
	TTL     int    // seconds
	Topic   string
	Urgency string
	Contact string // of whoever sent it
}

// New starts a push service until the test ends.
func New(t testing.TB) *Service {
	t.Helper()
	s := &Service{t: t, browsers: make(map[string]*Browser), quit: make(chan struct{})}
	s.http = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		close(s.quit)
		s.http.Close()
	})
	return s
}

// Roots say that it is it.
func (s *Service) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.http.Certificate())
	return pool
}

// Certificate is what Roots has, for another process.
func (s *Service) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
}

// Subscribe makes a browser that takes what is signed with a key.
func (s *Service) Subscribe(key string) *Browser {
	s.t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &Browser{
		service: s, path: "/send/" + shared.NewSecret(), signer: key, key: private, auth: make([]byte, 16),
		arrived: make(chan Delivery, 1000),
	}
	_, _ = rand.Read(b.auth) // never fails
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[b.path] = b
	return b
}

// Device is the browser as it tells a server of itself.
func (b *Browser) Device() shared.NewDevice {
	return shared.NewDevice{Endpoint: b.service.http.URL + b.path, Keys: shared.DeviceKeys{
		P256dh: base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()),
		Auth:   base64.RawURLEncoding.EncodeToString(b.auth),
	}}
}

// Next waits for what reaches the browser next.
func (b *Browser) Next(ctx context.Context) (Delivery, error) {
	select {
	case d := <-b.arrived:
		return d, nil
	case <-ctx.Done():
		return Delivery{}, errors.New("nothing reached the browser")
	}
}

// Tries is how many requests there were for the browser.
func (b *Browser) Tries() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tries
}

// Answer has the next request, for each call one, get another answer than that
// it was taken.
func (b *Browser) Answer(h http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, h)
}

// Status answers with a status and a sentence.
func Status(code int, sentence string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, sentence, code) }
}

// Later asks to come back after some seconds.
func Later(seconds int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// Hang never answers. It tells begun that it began not to.
func (s *Service) Hang(begun chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the other side left
		close(begun)
		select {
		case <-s.quit:
		case <-r.Context().Done():
		}
	}
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.browsers[r.URL.Path]
	s.mu.Unlock()
	if b == nil || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	if answer := b.planned(); answer != nil {
		answer(w, r)
		return
	}
	d, status, err := b.receive(r)
	if err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	b.arrived <- d
	w.Header().Set("Location", s.http.URL+"/message/"+shared.NewID())
	w.WriteHeader(http.StatusCreated)
}

func (b *Browser) planned() http.HandlerFunc {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries++
	if len(b.answers) == 0 {
		return nil
	}
	answer := b.answers[0]
	b.answers = b.answers[1:]
	return answer
}

func (b *Browser) receive(r *http.Request) (d Delivery, status int, err error) {
	if d.Contact, err = b.checkSignature(r.Header.Get("Authorization")); err != nil {
		return d, http.StatusForbidden, err
	}
	if d.TTL, err = strconv.Atoi(r.Header.Get("TTL")); err != nil || d.TTL < 0 {
		return d, http.StatusBadRequest, errors.New("no TTL")
	}
	d.Topic, d.Urgency = r.Header.Get("Topic"), r.Header.Get("Urgency")
	if len(d.Topic) > 32 {
		return d, http.StatusBadRequest, errors.New("the topic is too long")
	}
	if r.Header.Get("Content-Encoding") != "aes128gcm" {
		return d, http.StatusUnsupportedMediaType, errors.New("not aes128gcm")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 4097))
	if err != nil || len(body) > 4096 {
		return d, http.StatusRequestEntityTooLarge, errors.New("more than 4096 bytes")
	}
	if d.Payload, err = b.decrypt(body); err != nil {
		return d, http.StatusBadRequest, err // a real one could not tell
	}
	return d, 0, nil
}

// checkSignature checks the VAPID header and returns its subject.
func (b *Browser) checkSignature(header string) (contact string, err error) {
	var token, key string
	scheme, params, _ := strings.Cut(header, " ")
	for part := range strings.SplitSeq(params, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	if scheme != "vapid" || key != b.signer {
		return "", errors.New("signed with another key than the browser subscribed with")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("no JWT")
	}
	if err := verify(key, parts[0]+"."+parts[1], parts[2]); err != nil {
		return "", err
	}
	var head struct{ Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(decodeJSON(parts[0], &head), decodeJSON(parts[1], &claims)); err != nil {
		return "", err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	switch {
	case head.Alg != "ES256":
		return "", fmt.Errorf("the algorithm is %q", head.Alg)
	case claims.Aud != b.service.http.URL:
		return "", fmt.Errorf("it is for %q", claims.Aud)
	case left <= 0 || left > 24*time.Hour:
		return "", fmt.Errorf("it expires in %s", left)
	case !strings.HasPrefix(claims.Sub, "https://") && !strings.HasPrefix(claims.Sub, "mailto:"):
		return "", fmt.Errorf("the contact is %q", claims.Sub)
	}
	return claims.Sub, nil
}

func verify(key, signed, signature string) error {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return err
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(sig) != 64 {
		return errors.New("the signature is not one")
	}
	digest := sha256.Sum256([]byte(signed))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("the signature is wrong")
	}
	return nil
}

func decodeJSON(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// decrypt is RFC 8188 with the keys of RFC 8291.
func (b *Browser) decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("no header")
	}
	salt, size, id := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])]
	record := body[21+len(id):]
	if len(record) > int(size) {
		return nil, errors.New("more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(id)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(id)
	secret, err1 := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	key, err2 := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	block, err4 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("the last record does not say so")
	}
	return plain[:len(plain)-1], nil
}
