package io.heddle.proxy.dns;

import io.heddle.traffic.runtime.DnsResolution.Server;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the system says about names in its `resolv.conf` (resolv.conf(5)).
///
/// @param servers DNS servers, in order
/// @param search domains that short names are looked for in, in order
/// @param dots how many dots make a name long enough to be asked for as it is first (`ndots`)
record ResolvConf(List<Server> servers, List<String> search, int dots) {
    private static final Logger log = LoggerFactory.getLogger(ResolvConf.class);
    private static final int DNS = 53;
    private static final int MOST_DOTS = 15;
    private static final int MOST_DOMAINS = 32;

    ResolvConf {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }

    /// Reads the file; without one there are no servers and no domains.
    static ResolvConf read(Path file) {
        try {
            return parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            log.atWarn().addKeyValue("file", file).log("cannot be read: the system has no DNS servers");
            return parse(List.of());
        }
    }

    static ResolvConf parse(List<String> lines) {
        var servers = new ArrayList<Server>();
        List<String> search = List.of();
        int dots = 1;
        for (var line : lines) {
            var words = List.of(line.strip().split("\\s+"));
            var rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "nameserver" ->
                    rest.stream()
                            .limit(1)
                            .filter(ResolvConf::isAddress)
                            .forEach(address -> servers.add(new Server(address, DNS)));
                case "domain" -> search = rest.stream().limit(1).toList();
                case "search" -> search = rest.stream().limit(MOST_DOMAINS).toList();
                case "options" -> dots = dots(rest, dots);
                default -> {} // comments, and options that change nothing here
            }
        }
        return new ResolvConf(
                servers, search.stream().filter(domain -> !domain.equals(".")).toList(), dots);
    }

    private static boolean isAddress(String text) {
        return !text.contains("%") && NetUtil.createByteArrayFromIpAddressString(text) != null;
    }

    private static int dots(List<String> options, int before) {
        int dots = before;
        for (var option : options) {
            if (option.matches("ndots:\\d{1,3}")) {
                dots = Math.min(MOST_DOTS, Integer.parseInt(option.substring("ndots:".length())));
            }
        }
        return dots;
    }

    /// What to ask for, one after the other, to find `name`.
    List<String> candidates(String name) {
        if (name.endsWith(".") || search.isEmpty()) {
            return List.of(name);
        }
        var all = new ArrayList<String>();
        search.forEach(domain -> all.add(name + "." + domain));
        boolean longEnough = name.chars().filter(letter -> letter == '.').count() >= dots;
        all.add(longEnough ? 0 : all.size(), name);
        return all;
    }
}
