package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Finds ports nobody listens on, below the range from which systems take ports for outgoing connections.
public final class FreePorts {
    private static final int FIRST = 15_100;
    private static final int LAST = 32_000;
    private static final int TRIES = 1_000;

    private final Random random;
    private final Set<Integer> given = new HashSet<>();

    /// A finder that never gives the same port twice.
    public FreePorts(Random random) {
        this.random = random;
    }

    /// So many free ports, free on loopback and on `address`.
    public List<Integer> take(int count, String address) {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            ports.add(take(address));
        }
        return ports;
    }

    /// A free port.
    ///
    /// @throws Failure when none is found in a thousand tries
    public int take(String address) {
        for (int i = 0; i < TRIES; i++) {
            int port = random.nextInt(FIRST, LAST);
            if (!given.contains(port) && isFree("127.0.0.1", port) && isFree(address, port)) {
                given.add(port);
                return port;
            }
        }
        throw new Failure(
                ExitCode.FAILURE,
                "found no free port on " + address + " from " + FIRST + " to " + LAST,
                "give ports by option");
    }

    /// `wanted` when nobody listens on it, else another free port; 0 wants any.
    public int prefer(int wanted, String address) {
        return wanted != 0 && isFree(address, wanted) && given.add(wanted) ? wanted : take(address);
    }

    /// Whether nobody listens on this port of this address of the machine.
    public static boolean isFree(String address, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
