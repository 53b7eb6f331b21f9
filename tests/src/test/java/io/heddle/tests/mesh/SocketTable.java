package io.heddle.tests.mesh;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who speaks to whom over TCP on this machine, as the kernel tells it: `/proc/net/tcp`, `/proc/net/tcp6` and the open
/// files of processes (proc(5)). Linux only.
///
/// @param established every established connection's two ends, each by its socket
/// @param owners socket → the process that has it open
record SocketTable(Map<String, Connection> established, Map<String, Long> owners) {
    private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)]");
    private static final String ESTABLISHED = "01";

    /// One end of a connection: its own address and port and the other's, as the kernel writes them.
    ///
    /// @param local for example `0100007F:1F90`
    /// @param remote the other end
    record Connection(String local, String remote) {
        /// The same connection as its other end has it.
        Connection turned() {
            return new Connection(/* local= */ remote, /* remote= */ local);
        }
    }

    /// One end's process and the other's.
    ///
    /// @param process the one asked for
    /// @param peer the process at the other end; empty when it is none of those looked at
    /// @param ends the addresses, for people
    record Link(long process, Optional<Long> peer, String ends) {}

    /// Reads the table now; connections may come and go meanwhile.
    ///
    /// @param processes those whose open files are looked at
    static SocketTable read(List<Long> processes) throws IOException {
        var established = new HashMap<String, Connection>();
        for (var file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(file))) {
                Files.readAllLines(Path.of(file)).stream().skip(1).forEach(line -> {
                    var fields = line.strip().split("\\s+", -1);
                    if (fields[3].equals(ESTABLISHED)) {
                        established.put(fields[9], new Connection(plain(fields[1]), plain(fields[2])));
                    }
                });
            }
        }
        var owners = new HashMap<String, Long>();
        for (long process : processes) {
            sockets(process).forEach(socket -> owners.put(socket, process));
        }
        return new SocketTable(Map.copyOf(established), Map.copyOf(owners));
    }

    /// An IPv4 address that a socket of version 6 has, as one of version 4 would have it.
    private static String plain(String address) {
        var mapped = "0000000000000000FFFF0000";
        return address.startsWith(mapped) ? address.substring(mapped.length()) : address;
    }

    private static List<String> sockets(long process) {
        var found = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(Path.of("/proc/" + process + "/fd"))) {
            for (var file : files) {
                var matcher = SOCKET.matcher(target(file));
                if (matcher.matches()) {
                    found.add(matcher.group(1));
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            return found; // gone meanwhile, or another user's
        }
        return found;
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException _) {
            return ""; // closed since it was listed
        }
    }

    /// Every established connection of a process.
    List<Link> of(long process) {
        var links = new ArrayList<Link>();
        established.forEach((socket, connection) -> {
            if (owners.getOrDefault(socket, -1L) == process) {
                links.add(new Link(process, peer(connection), connection.local() + " " + connection.remote()));
            }
        });
        return links;
    }

    private Optional<Long> peer(Connection connection) {
        var other = connection.turned();
        return established.entrySet().stream()
                .filter(entry -> entry.getValue().equals(other))
                .map(entry -> owners.get(entry.getKey()))
                .filter(Objects::nonNull)
                .findFirst();
    }
}
