package io.heddle.proxy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/// A proxy as a process of its own, with little memory: `SmallProxy <bootstrap> <state folder>`. Prints where it
/// listens; then each line `more` on standard input fills a megabyte of its heap, `less` lets all go, and the end
/// of input ends it.
final class SmallProxy {
    private static final int MEGABYTE = 1024 * 1024;

    private SmallProxy() {}

    public static void main(String[] args) throws Exception {
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.File(Path.of(args[0])), Path.of(args[1]));
        var heap = new ArrayList<byte[]>();
        try (var proxy = Proxy.start(options);
                var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            proxy.ports().forEach((name, address) -> System.out.println(name + "=" + address.getPort()));
            System.out.println("ready");
            var line = commands.readLine();
            while (line != null) {
                if (line.equals("more")) {
                    heap.add(new byte[MEGABYTE]);
                } else {
                    heap.clear();
                }
                System.out.println("holds " + heap.size() + " MB");
                System.out.println("done");
                line = commands.readLine();
            }
        }
    }
}
