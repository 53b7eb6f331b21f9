package io.heddle.proxy.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What became of a question for a name's addresses.
public sealed interface DnsAnswer {
    DnsAnswer NO_SUCH_NAME = new NoSuchName();

    /// The name has addresses.
    ///
    /// @param addresses at least one IP address, in the order that the server gave
    /// @param ttl the shortest time to live of their records; zero when they have none
    record Found(List<String> addresses, Duration ttl) implements DnsAnswer {
        public Found {
            addresses = List.copyOf(addresses);
        }

        /// Both, without what is there twice.
        Found and(Found other) {
            var all = new ArrayList<>(addresses);
            other.addresses.stream().filter(address -> !all.contains(address)).forEach(all::add);
            return new Found(all, ttl.compareTo(other.ttl) < 0 ? ttl : other.ttl);
        }
    }

    /// The server says that there is no such name, or that it has no addresses of the families asked for.
    record NoSuchName() implements DnsAnswer {}

    /// Nobody knows: no server answered, or none could.
    ///
    /// @param reason for people
    record Failed(String reason) implements DnsAnswer {}
}
