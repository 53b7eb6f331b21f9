package io.heddle.proxy.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/// Epoll as Netty has it, but that a socket of which nothing is waited for stays in the kernel's set.
///
/// Netty 4.2.18 takes it out, and when something is waited for again it changes an entry that is not there any more:
/// that fails, and ends the socket's output. A client that has ended its side of a connection is such a socket, until
/// its answer cannot be written at once. Here it waits for the next edge of nothing in between, so that only an error
/// is told, and once.
final class SteadyEpoll implements IoHandler {
    private final IoHandler epoll;

    private SteadyEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    /// Makes one for each event loop.
    static IoHandlerFactory factory() {
        var epoll = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new SteadyEpoll(epoll.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return epoll.isChangingThreadSupported();
            }
        };
    }

    /// A socket's entry. Confined to its event loop, as what it waits for is.
    private static final class Entry implements IoRegistration {
        private final IoRegistration entry;
        private boolean added;

        Entry(IoRegistration entry) {
            this.entry = entry;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
        public <T> T attachment() {
            return entry.attachment();
        }

        @Override
        public long submit(IoOps wanted) {
            if (EpollIoOps.NONE.equals(wanted)) {
                return entry.submit(added ? EpollIoOps.EPOLLET : wanted);
            }
            added = true;
            return entry.submit(wanted);
        }

        @Override
        public boolean isValid() {
            return entry.isValid();
        }

        @Override
        public boolean cancel() {
            return entry.cancel();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Entry(epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }
}
