package io.heddle.proxy.overload;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

/// How much memory outside of the heap buffers take: the allocator's chunks, whether they are full or not, and
/// what is allocated by itself. Any thread.
final class DirectMemory {
    private DirectMemory() {}

    /// Bytes taken now.
    static long used() {
        long unpooled = UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        boolean pools = !ByteBufAllocator.DEFAULT.equals(UnpooledByteBufAllocator.DEFAULT);
        return pools && ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider pool
                ? unpooled + pool.metric().usedDirectMemory()
                : unpooled;
    }

    /// Bytes that may be taken (`-XX:MaxDirectMemorySize`). Asked once: the answer costs more than a look.
    static long most() {
        return PlatformDependent.estimateMaxDirectMemory();
    }
}
