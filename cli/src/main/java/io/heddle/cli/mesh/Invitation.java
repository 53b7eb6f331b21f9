package io.heddle.cli.mesh;

import io.heddle.cli.client.Location;
import io.heddle.cli.output.Console;
import io.heddle.cli.output.Style;

/// What the demo suggests to its visitor: the dashboard and three things to try, each one command to copy.
final class Invitation {
    private Invitation() {}

    static void print(Console console, Location location, DemoMesh mesh) {
        console.say("");
        console.say("  dashboard  " + console.style(Style.CYAN, location.api() + "/"));
        console.say(
                "  bookshop   " + console.style(Style.CYAN, "http://127.0.0.1:" + mesh.applicationPort("web") + "/"));
        console.say("");
        console.say("Three things to try in another terminal, from the directory of heddle:");
        console.say("  1. send every reader to version v2 of the catalog:");
        console.say("     ./heddle apply -f examples/traffic-shift/catalog-all-v2.yaml --wait");
        console.say("  2. make the ratings slow and faulty (delete -f ... ends it):");
        console.say("     ./heddle apply -f examples/fault-injection/ratings-fault.yaml --wait");
        console.say("  3. be a caller that nobody allowed; the answer is 403 RBAC: access denied:");
        console.say("     ./heddle run -n shop --workload stranger -- sh -c 'curl -si http://ratings.shop/ratings'");
        console.say("");
        console.say("Ctrl-C ends everything.");
        console.say("");
    }
}
