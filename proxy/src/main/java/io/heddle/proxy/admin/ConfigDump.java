package io.heddle.proxy.admin;

import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The live configuration as data for people. It never shows a private key.
final class ConfigDump {
    private ConfigDump() {}

    static Map<String, Object> of(RuntimeConfig config) {
        var dump = new LinkedHashMap<String, Object>();
        dump.put(
                "listeners",
                sorted(config.listeners()).stream().map(ConfigDump::listener).toList());
        dump.put(
                "routes",
                sorted(config.routes()).stream().map(ConfigDump::table).toList());
        dump.put(
                "clusters",
                sorted(config.clusters()).stream().map(ConfigDump::cluster).toList());
        dump.put("trust", List.copyOf(new TreeMap<>(config.trust()).keySet()));
        dump.put("certificates", List.copyOf(new TreeMap<>(config.certificates()).keySet()));
        return dump;
    }

    private static <T> List<T> sorted(Map<String, T> byName) {
        return List.copyOf(new TreeMap<>(byName).values());
    }

    private static Map<String, Object> listener(Listener listener) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", listener.name());
        shown.put("address", listener.address() + ":" + listener.port());
        shown.put(
                "additional_addresses",
                listener.addresses().stream()
                        .skip(1)
                        .map(address -> address.host() + ":" + address.port())
                        .toList());
        shown.put("bind_to_port", listener.sockets().bound());
        shown.put("use_original_dst", listener.handsOff());
        shown.put(
                "listener_filters",
                listener.inspection().steps().stream()
                        .map(step -> step.filter().toString())
                        .toList());
        shown.put(
                "filter_chains",
                listener.chains().stream().map(ConfigDump::chain).toList());
        listener.otherwise().ifPresent(chain -> shown.put("default_filter_chain", chain(chain)));
        return shown;
    }

    private static Map<String, Object> chain(ListenerChain chain) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", chain.name());
        shown.put("match", chain.match().toString());
        chain.tls().ifPresent(tls -> {
            shown.put("tls_certificate", certificate(tls.certificate()));
            shown.put("require_client_certificate", tls.requireClientCertificate());
        });
        switch (chain.filter()) {
            case NetworkFilter.Http http -> {
                shown.put("stat_prefix", http.statPrefix());
                shown.put(
                        "http_filters",
                        http.filters().filters().stream().map(Object::toString).toList());
                switch (http.routes()) {
                    case NetworkFilter.RouteSource.Named named -> shown.put("route_config_name", named.name());
                    case NetworkFilter.RouteSource.Inline inline -> shown.put("route_config", table(inline.table()));
                }
            }
            case NetworkFilter.Tcp tcp -> {
                shown.put("stat_prefix", tcp.statPrefix());
                shown.put("cluster", tcp.clusters().toString());
            }
        }
        return shown;
    }

    private static String certificate(CertificateSource source) {
        return switch (source) {
            case CertificateSource.Inline _ -> "inline";
            case CertificateSource.Files files -> "file " + files.chain();
            case CertificateSource.Secret secret -> "secret " + secret.name();
            case CertificateSource.None _ -> "none";
        };
    }

    private static Map<String, Object> table(RouteTable table) {
        var hosts = table.virtualHosts().stream()
                .map(host -> {
                    var shown = new LinkedHashMap<String, Object>();
                    shown.put("name", host.name());
                    shown.put("domains", host.domains());
                    shown.put(
                            "routes",
                            host.routes().stream().map(ConfigDump::route).toList());
                    return shown;
                })
                .toList();
        return Map.of("name", table.name(), "virtual_hosts", hosts);
    }

    private static Map<String, Object> route(Route route) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", route.name());
        shown.put("match", route.match().toString());
        shown.put(
                "action",
                switch (route.action()) {
                    case RouteAction.Forward forward -> "forward " + forward.cluster();
                    case RouteAction.Redirect redirect -> "redirect " + redirect.status();
                    case RouteAction.DirectResponse response -> "direct response " + response.status();
                    case RouteAction.Reject reject -> "reject " + reject.reply().status();
                });
        return shown;
    }

    static Map<String, Object> cluster(Cluster cluster) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("name", cluster.name());
        shown.put("type", cluster.discovery());
        shown.put("balancer", cluster.balancer().toString());
        shown.put("protocol", cluster.protocol());
        shown.put("connect_timeout", cluster.connectTimeout().toString());
        shown.put(
                "tls",
                cluster.transports().stream()
                        .anyMatch(transport -> transport.tls().isPresent()));
        shown.put(
                "endpoints",
                cluster.endpoints().endpoints().stream()
                        .map(ConfigDump::endpoint)
                        .toList());
        return shown;
    }

    private static Map<String, Object> endpoint(Endpoint endpoint) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("address", endpoint.key());
        shown.put("health", endpoint.health());
        shown.put("weight", endpoint.weight());
        shown.put("priority", endpoint.priority());
        shown.put("workload", endpoint.metadata().workload());
        return shown;
    }
}
