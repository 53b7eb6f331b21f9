package io.heddle.proxy.observe;

/// What is counted of a connection manager's connections, and of the requests under way there, with Envoy's names of
/// `http.<stat_prefix>.…`.
public enum DownstreamFigure {
    TOTAL("downstream_cx_total", "Connections of clients."),
    ACTIVE("downstream_cx_active", "Connections open."),
    HTTP1_TOTAL("downstream_cx_http1_total", "Connections of HTTP/1."),
    HTTP1_ACTIVE("downstream_cx_http1_active", "Connections of HTTP/1 open."),
    HTTP2_TOTAL("downstream_cx_http2_total", "Connections of HTTP/2."),
    HTTP2_ACTIVE("downstream_cx_http2_active", "Connections of HTTP/2 open."),
    TLS_TOTAL("downstream_cx_ssl_total", "Connections with TLS."),
    TLS_ACTIVE("downstream_cx_ssl_active", "Connections with TLS open."),
    DESTROY("downstream_cx_destroy", "Connections ended."),
    DESTROY_LOCAL("downstream_cx_destroy_local", "Connections ended by this proxy."),
    DESTROY_REMOTE("downstream_cx_destroy_remote", "Connections ended by the client."),
    DESTROY_ACTIVE("downstream_cx_destroy_active_rq", "Connections ended with a request on them."),
    DESTROY_LOCAL_ACTIVE("downstream_cx_destroy_local_active_rq", "Of these, by this proxy."),
    DESTROY_REMOTE_ACTIVE("downstream_cx_destroy_remote_active_rq", "Of these, by the client."),
    UPGRADES_TOTAL("downstream_cx_upgrades_total", "Changes of the protocol that began a tunnel."),
    UPGRADES_ACTIVE("downstream_cx_upgrades_active", "Tunnels open."),
    REQUESTS_ACTIVE("downstream_rq_active", "Requests under way.");

    private final String stat;
    private final String help;

    DownstreamFigure(String stat, String help) {
        this.stat = stat;
        this.help = help;
    }

    /// Envoy's name.
    public String stat() {
        return stat;
    }

    /// What it means, for people.
    public String help() {
        return help;
    }

    /// Whether it goes up and down.
    public boolean isGauge() {
        return stat.endsWith("_active");
    }
}
