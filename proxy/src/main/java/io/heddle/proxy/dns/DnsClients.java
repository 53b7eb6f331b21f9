package io.heddle.proxy.dns;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsResolution;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddresses;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to every DNS server that configuration names, and to the system's files of hosts and servers. Each kind of
/// resolution has one client, made when it is first asked for; all live on the first event loop. Safe on any thread.
public final class DnsClients implements NameLookup {
    private static final Logger log = LoggerFactory.getLogger(DnsClients.class);
    private static final DnsResolution.Server LOCAL = new DnsResolution.Server("127.0.0.1", 53);
    private static final Duration FOREVER = Duration.ofDays(1);

    private final EventLoops loops;
    private final Path resolvConf;
    private final HostsFile hosts;
    private final ConcurrentHashMap<DnsResolution, DnsClient> clients = new ConcurrentHashMap<>();

    /// Clients on `loops`, by the system's files.
    public DnsClients(EventLoops loops) {
        this(loops, Path.of("/etc/resolv.conf"), Path.of("/etc/hosts"));
    }

    DnsClients(EventLoops loops, Path resolvConf, Path hosts) {
        this.loops = loops;
        this.resolvConf = resolvConf;
        this.hosts = new HostsFile(hosts);
    }

    @Override
    public void ask(String name, DnsPolicy policy, Consumer<DnsAnswer> done) {
        if (NetUtil.createByteArrayFromIpAddressString(name) != null) {
            done.accept(new DnsAnswer.Found(List.of(name), FOREVER));
            return;
        }
        var known = hosts.addresses(name, policy.family());
        if (!known.isEmpty()) {
            done.accept(new DnsAnswer.Found(known, Duration.ZERO));
            return;
        }
        if (loops.workers().getFirst().loop().isShuttingDown()) {
            return; // The process ends, and nobody waits any more.
        }
        clients.computeIfAbsent(policy.resolver(), this::client).ask(name, policy.family(), done);
    }

    private DnsClient client(DnsResolution settings) {
        var system = ResolvConf.read(resolvConf);
        var routable = settings.routableOnly() ? routable() : DnsClient.Routable.BOTH;
        return new DnsClient(resolver(settings, system), system, routable);
    }

    private DnsNameResolver resolver(DnsResolution settings, ResolvConf system) {
        var addresses = servers(settings, system).stream()
                .map(server -> new InetSocketAddress(InetAddress.ofLiteral(server.host()), server.port()))
                .toList();
        var servers =
                settings.rotate() ? DnsServerAddresses.rotational(addresses) : DnsServerAddresses.sequential(addresses);
        return new DnsNameResolverBuilder(loops.workers().getFirst().loop())
                .datagramChannelType(loops.datagramChannel())
                .socketChannelType(loops.socketChannel())
                .nameServerProvider(_ -> servers.stream())
                .queryTimeoutMillis(settings.timeout().toMillis())
                .maxPayloadSize(settings.payload())
                .resolveCache(NoopDnsCache.INSTANCE)
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                .hostsFileEntriesResolver((_, _) -> null)
                .searchDomains(List.of())
                .build();
    }

    static List<DnsResolution.Server> servers(DnsResolution settings, ResolvConf system) {
        boolean own = !settings.servers().isEmpty()
                && (!settings.fallback() || system.servers().isEmpty());
        if (own) {
            return settings.servers();
        }
        return system.servers().isEmpty() ? List.of(LOCAL) : system.servers();
    }

    private static DnsClient.Routable routable() {
        try {
            var addresses = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .toList();
            return new DnsClient.Routable(
                    addresses.stream().anyMatch(Inet4Address.class::isInstance),
                    addresses.stream().anyMatch(address -> !(address instanceof Inet4Address)));
        } catch (SocketException unknown) {
            log.atWarn().setCause(unknown).log("the machine's addresses are not known; no family is left out");
            return DnsClient.Routable.BOTH;
        }
    }
}
