package checks

// Proxy is how one proxy is set up so that nothing that Hubbub needs is lost.
// docs/proxies.md says more.
type Proxy struct {
	ID, Name string
	Settings string
}

// Proxies lists those that most people have.
func Proxies() []Proxy {
	return []Proxy{
		{"nginx", "nginx", `location / {
    proxy_pass http://127.0.0.1:8080;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_read_timeout 1h;
    proxy_send_timeout 1h;
}`},
		{"caddy", "Caddy", `chat.example.org {
    reverse_proxy 127.0.0.1:8080
}`},
		{"apache", "Apache", `# 2.4.47 or newer; a2enmod proxy proxy_http ssl
ProxyPreserveHost On
ProxyPass        / http://127.0.0.1:8080/ upgrade=websocket timeout=3600
ProxyPassReverse / http://127.0.0.1:8080/`},
		{"cloudflare", "Cloudflare", `# In the dashboard: Network > WebSockets: on
#                   SSL/TLS > Overview: Full (strict)
# With cloudflared, in config.yml:
ingress:
  - hostname: chat.example.org
    service: http://localhost:8080
  - service: http_status:404`},
	}
}
