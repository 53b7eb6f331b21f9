package io.heddle.proxy.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A small DNS server on UDP and TCP with answers that a test sets. It shares nothing with what is tested.
public final class DnsServer implements AutoCloseable {
    private static final int TYPE_A = 1;
    private static final int TYPE_CNAME = 5;
    private static final int TYPE_AAAA = 28;
    private static final int OK = 0x8580;
    private static final int TRUNCATED = 0x0200;
    private static final int SERVER_FAILURE = 2;
    private static final int NO_SUCH_NAME = 3;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, Zone> zones = new ConcurrentHashMap<>();
    private final BlockingQueue<String> questions = new LinkedBlockingQueue<>();

    /// What is known of a name.
    ///
    /// @param code the response code
    /// @param records what it has
    /// @param tcpOnly whether the answer is too long for UDP
    private record Zone(int code, List<Held> records, boolean tcpOnly) {}

    /// A record, with its data as one char per octet.
    private record Held(int type, int ttl, String octets) {
        static Held of(int type, int ttl, byte[] data) {
            return new Held(type, ttl, new String(data, StandardCharsets.ISO_8859_1));
        }

        byte[] data() {
            return octets.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    public DnsServer() {
        try {
            tcp = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
            udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        Thread.ofPlatform().daemon().start(this::answerDatagrams);
        Thread.ofPlatform().daemon().start(this::answerStreams);
    }

    public int port() {
        return tcp.getLocalPort();
    }

    /// `name` has these addresses from now on; none for a name that exists without any.
    public void set(String name, int ttl, String... addresses) {
        zones.put(name, new Zone(0, held(ttl, addresses), false));
    }

    /// As [#set], with an answer that UDP cannot carry.
    void setLong(String name, int ttl, String... addresses) {
        zones.put(name, new Zone(0, held(ttl, addresses), true));
    }

    /// `name` is another name for `other`, which has these addresses.
    void alias(String name, String other, int ttl, String... addresses) {
        var records = new ArrayList<Held>();
        records.add(Held.of(TYPE_CNAME, ttl, encoded(other)));
        records.addAll(held(ttl, addresses));
        zones.put(name, new Zone(0, records, false));
    }

    /// The server cannot say from now on.
    public void fail(String name) {
        zones.put(name, new Zone(SERVER_FAILURE, List.of(), false));
    }

    /// The server is silent from now on.
    public void silence(String name) {
        zones.put(name, new Zone(-1, List.of(), false));
    }

    /// There is no such name from now on.
    public void remove(String name) {
        zones.remove(name);
    }

    /// The next question, as `name type`, with `tcp` behind it where it came that way.
    @Nullable
    String question() throws InterruptedException {
        return questions.poll(10, TimeUnit.SECONDS);
    }

    /// How many questions were asked and not looked at.
    public int asked() {
        return questions.size();
    }

    private static List<Held> held(int ttl, String... addresses) {
        var records = new ArrayList<Held>();
        for (var address : addresses) {
            var data = InetAddress.ofLiteral(address).getAddress();
            records.add(Held.of(data.length == 4 ? TYPE_A : TYPE_AAAA, ttl, data));
        }
        return records;
    }

    private void answerDatagrams() {
        var buffer = new byte[4096];
        try {
            while (true) {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                SocketAddress from = packet.getSocketAddress();
                var question = java.util.Arrays.copyOf(buffer, packet.getLength());
                var answer = answer(question, false);
                if (answer.length > 0) {
                    udp.send(new DatagramPacket(answer, answer.length, from));
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void answerStreams() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    var in = new DataInputStream(socket.getInputStream());
                    var question = in.readNBytes(in.readUnsignedShort());
                    var answer = answer(question, true);
                    var out = new DataOutputStream(socket.getOutputStream());
                    out.writeShort(answer.length);
                    out.write(answer);
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private byte[] answer(byte[] question, boolean stream) throws IOException {
        var name = new StringBuilder();
        int at = 12;
        while (question[at] != 0) {
            int length = question[at];
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(question, at + 1, length, StandardCharsets.US_ASCII));
            at += length + 1;
        }
        int type = question[at + 2];
        var asked = name.toString().toLowerCase(Locale.ROOT);
        questions.add(asked + (type == TYPE_A ? " A" : " AAAA") + (stream ? " tcp" : ""));
        var zone = zones.getOrDefault(asked, new Zone(NO_SUCH_NAME, List.of(), false));
        if (zone.code() < 0) {
            return new byte[0];
        }
        boolean cut = zone.tcpOnly() && !stream;
        var given = cut
                ? List.<Held>of()
                : zone.records().stream()
                        .filter(held -> held.type() == type || held.type() == TYPE_CNAME)
                        .toList();
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(question, 0, 2);
        out.writeShort(OK | zone.code() | (cut ? TRUNCATED : 0));
        out.writeShort(1);
        out.writeShort(given.size());
        out.writeInt(0);
        out.write(question, 12, at + 5 - 12);
        var owner = new byte[] {(byte) 0xC0, 12};
        for (var held : given) {
            out.write(owner);
            out.writeShort(held.type());
            out.writeShort(1);
            out.writeInt(held.ttl());
            out.writeShort(held.data().length);
            out.write(held.data());
            owner = held.type() == TYPE_CNAME ? held.data() : owner;
        }
        return bytes.toByteArray();
    }

    private static byte[] encoded(String name) {
        var bytes = new ByteArrayOutputStream();
        for (var label : name.split("\\.", -1)) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }
}
