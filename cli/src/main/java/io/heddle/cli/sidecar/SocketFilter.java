package io.heddle.cli.sidecar;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The system calls that would open a TCP connection past Landlock, refused by a seccomp filter with
/// `EACCES`.
///
/// Landlock asks when a TCP socket connects. It does not see other transports that end in TCP (MPTCP, SMC,
/// RDS), a connection that a first message opens (TCP Fast Open), nor what an `io_uring` does in the
/// kernel's name. A filter reads numbers only, never memory; all that is refused here can be told from an
/// argument's value. Calls by another convention of the same processor (32-bit programs) have other
/// numbers: they end the process.
final class SocketFilter {
    /// A processor whose system calls are known here.
    ///
    /// @param name what Java calls it
    /// @param convention `AUDIT_ARCH_*` of linux/audit.h, which the kernel gives a filter with each call
    /// @param socket the numbers of the calls, from asm/unistd.h
    private record Processor(
            String name,
            int convention,
            int socket,
            int sendto,
            int sendmsg,
            int sendmmsg,
            int setsockopt,
            int seccomp) {}

    private static final List<Processor> KNOWN = List.of(
            new Processor("amd64", 0xc000_003e, 41, 44, 46, 307, 54, 317),
            new Processor("aarch64", 0xc000_00b7, 198, 206, 211, 269, 208, 277));
    private static final int IO_URING_SETUP = 425;
    private static final int FIRST_OF_X32 = 0x4000_0000;

    // From linux/socket.h, linux/net.h, linux/in.h and linux/tcp.h.
    private static final int INET = 2;
    private static final int INET6_OVER_INET = 8;
    private static final int RDS = 21;
    private static final int SMC = 43;
    private static final int STREAM = 1;
    private static final int SEQPACKET = 5;
    private static final int DCCP = 6;
    private static final int TYPE_MASK = 0xf;
    private static final int TCP = 6;
    private static final int UPPER_LAYER = 31;
    private static final int FASTOPEN = 0x2000_0000;

    // Instructions of linux/bpf_common.h, and where a filter finds the call in linux/seccomp.h.
    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int RETURN = 0x06;
    private static final int NUMBER = 0;
    private static final int CONVENTION = 4;
    private static final int ARGUMENTS = 16;

    // Where to go on: instructions to skip, or one of the three ends.
    private static final int NEXT = 0;
    private static final int ALLOW = -1;
    private static final int REFUSE = -2;
    private static final int KILL = -3;

    private static final int RETURN_ALLOW = 0x7fff_0000;
    private static final int RETURN_EACCES = 0x0005_0000 | 13;
    private static final int RETURN_KILL_PROCESS = 0x8000_0000;

    private static final int ASK_ACTION = 2;
    private static final int SET_SECCOMP = 22;
    private static final int MODE_FILTER = 2;

    private record Instruction(int code, int value, int yes, int no) {}

    private final List<Instruction> program = new ArrayList<>();

    private SocketFilter(Processor processor) {
        add(LOAD, CONVENTION);
        test(EQUAL, processor.convention, NEXT, KILL);
        add(LOAD, NUMBER);
        test(AT_LEAST, FIRST_OF_X32, REFUSE, NEXT);
        test(EQUAL, IO_URING_SETUP, REFUSE, NEXT);
        on(processor.socket, sockets());
        on(processor.sendto, firstMessages(3));
        on(processor.sendmsg, firstMessages(2));
        on(processor.sendmmsg, firstMessages(3));
        on(processor.setsockopt, upperLayers());
        add(RETURN, RETURN_ALLOW);
        add(RETURN, RETURN_EACCES);
        add(RETURN, RETURN_KILL_PROCESS);
    }

    /// The filter for this system; none where its processor is not known or its kernel has no such filters.
    static Optional<SocketFilter> ofSystem() {
        var name = System.getProperty("os.arch");
        return KNOWN.stream()
                .filter(processor -> processor.name.equals(name))
                .filter(processor -> knows(processor, RETURN_EACCES) && knows(processor, RETURN_KILL_PROCESS))
                .map(SocketFilter::new)
                .findFirst();
    }

    private static boolean knows(Processor processor, int action) {
        try (var memory = Arena.ofConfined()) {
            var asked = memory.allocateFrom(ValueLayout.JAVA_INT, action & 0xffff_0000);
            return Kernel.call(processor.seccomp, ASK_ACTION, 0, asked.address()) == 0;
        }
    }

    /// Puts the calling thread, and all it starts, under the filter for ever; it must have given up new
    /// privileges.
    ///
    /// @return whether the kernel took it
    boolean install() {
        try (var memory = Arena.ofConfined()) {
            var instructions = memory.allocate(program.size() * 8L, 8); // code, yes, no, value
            for (int i = 0; i < program.size(); i++) {
                write(instructions.asSlice(i * 8L, 8), i);
            }
            var head = memory.allocate(16, 8); // length, address
            head.set(ValueLayout.JAVA_SHORT, 0, (short) program.size());
            head.set(ValueLayout.JAVA_LONG, 8, instructions.address());
            return Kernel.control(SET_SECCOMP, MODE_FILTER, head.address());
        }
    }

    private void write(MemorySegment to, int index) {
        var instruction = program.get(index);
        to.set(ValueLayout.JAVA_SHORT, 0, (short) instruction.code);
        to.set(ValueLayout.JAVA_BYTE, 2, distance(index, instruction.yes));
        to.set(ValueLayout.JAVA_BYTE, 3, distance(index, instruction.no));
        to.set(ValueLayout.JAVA_INT, 4, instruction.value);
    }

    /// The ends are the last three instructions.
    private byte distance(int from, int goal) {
        int skipped = goal >= 0 ? goal : program.size() - 3 + (ALLOW - goal) - from - 1;
        if (skipped > 255) {
            throw new IllegalStateException("a jump over " + skipped + " instructions");
        }
        return (byte) skipped;
    }

    /// No transport but TCP itself where there are connections: the arguments are family, type and
    /// protocol.
    private static List<Instruction> sockets() {
        return List.of(
                argument(0),
                new Instruction(EQUAL, SMC, REFUSE, NEXT),
                new Instruction(EQUAL, RDS, REFUSE, NEXT),
                new Instruction(AND, ~INET6_OVER_INET, NEXT, NEXT),
                new Instruction(EQUAL, INET, NEXT, ALLOW),
                argument(1),
                new Instruction(AND, TYPE_MASK, NEXT, NEXT),
                new Instruction(EQUAL, SEQPACKET, REFUSE, NEXT),
                new Instruction(EQUAL, DCCP, REFUSE, NEXT),
                new Instruction(EQUAL, STREAM, NEXT, ALLOW),
                argument(2),
                new Instruction(EQUAL, 0, ALLOW, NEXT),
                new Instruction(EQUAL, TCP, ALLOW, REFUSE));
    }

    /// No message that opens its connection.
    private static List<Instruction> firstMessages(int flags) {
        return List.of(argument(flags), new Instruction(ANY_BIT, FASTOPEN, REFUSE, ALLOW));
    }

    /// No other transport under a TCP socket (`TCP_ULP`, by which SMC takes it over).
    private static List<Instruction> upperLayers() {
        return List.of(
                argument(1),
                new Instruction(EQUAL, TCP, NEXT, ALLOW),
                argument(2),
                new Instruction(EQUAL, UPPER_LAYER, REFUSE, ALLOW));
    }

    /// Loads the lower half of an argument; these calls read no more of it. Both processors have it first.
    private static Instruction argument(int index) {
        return new Instruction(LOAD, ARGUMENTS + 8 * index, NEXT, NEXT);
    }

    private void on(int number, List<Instruction> block) {
        test(EQUAL, number, NEXT, block.size());
        program.addAll(block);
    }

    private void add(int code, int value) {
        program.add(new Instruction(code, value, NEXT, NEXT));
    }

    private void test(int code, int value, int yes, int no) {
        program.add(new Instruction(code, value, yes, no));
    }
}
