package io.heddle.proxy.dns;

import io.heddle.traffic.runtime.DnsPolicy;
import io.netty.resolver.HostsFileEntriesProvider;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The names in the system's file of hosts (hosts(5)), which comes before any DNS server. Read again at most every five
/// seconds, when someone asks. Safe on any thread; never blocks.
final class HostsFile {
    private static final long AGAIN_AFTER = TimeUnit.SECONDS.toNanos(5);
    private static final List<InetAddress> LOOPBACK_4 = List.of(InetAddress.ofLiteral("127.0.0.1"));
    private static final List<InetAddress> LOOPBACK_6 = List.of(InetAddress.ofLiteral("::1"));

    private final Path file;
    private final AtomicLong readAt;
    private volatile HostsFileEntriesProvider entries;

    /// Reads the file; an unreadable one is empty.
    HostsFile(Path file) {
        this.file = file;
        this.entries = read();
        this.readAt = new AtomicLong(System.nanoTime());
    }

    private HostsFileEntriesProvider read() {
        return HostsFileEntriesProvider.parser().parseSilently(file.toFile(), StandardCharsets.UTF_8);
    }

    private void refresh() {
        long before = readAt.get();
        long now = System.nanoTime();
        if (now - before > AGAIN_AFTER && readAt.compareAndSet(before, now)) {
            Thread.ofVirtual().start(() -> entries = read());
        }
    }

    /// The addresses that stand there; none for a name that does not.
    List<String> addresses(String name, DnsPolicy.Family family) {
        refresh();
        var known = entries;
        var lower = name.toLowerCase(Locale.ROOT);
        var key = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        boolean local = key.equals("localhost");
        var four = of(known.ipv4Entries(), key, local ? LOOPBACK_4 : List.of());
        var six = of(known.ipv6Entries(), key, local ? LOOPBACK_6 : List.of());
        return switch (family) {
            case V4_ONLY -> four;
            case V6_ONLY -> six;
            case AUTO -> six.isEmpty() ? four : six;
            case V4_PREFERRED -> four.isEmpty() ? six : four;
            case ALL -> {
                var both = new ArrayList<>(four);
                both.addAll(six);
                yield both;
            }
        };
    }

    private static List<String> of(Map<String, List<InetAddress>> known, String name, List<InetAddress> otherwise) {
        return known.getOrDefault(name, otherwise).stream()
                .map(InetAddress::getHostAddress)
                .distinct()
                .toList();
    }
}
