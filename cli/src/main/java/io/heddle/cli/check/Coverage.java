package io.heddle.cli.check;

import io.heddle.traffic.check.RouteCheck;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;

/// Which routes of a table tests reach.
///
/// @param reached how many
/// @param total of how many
/// @param missed the others, for people
record Coverage(int reached, int total, List<String> missed) {
    Coverage {
        missed = List.copyOf(missed);
    }

    /// What `results` reach of `table`.
    static Coverage of(RouteTable table, List<RouteCheck.Result> results) {
        var hit = Collections.newSetFromMap(new IdentityHashMap<Route, Boolean>());
        results.forEach(result -> hit.add(result.route()));
        var missed = new ArrayList<String>();
        int total = 0;
        for (var host : table.virtualHosts()) {
            for (int i = 0; i < host.routes().size(); i++) {
                var route = host.routes().get(i);
                total++;
                if (!hit.contains(route)) {
                    missed.add(
                            host.name() + " routes[" + i + "]" + (route.name().isEmpty() ? "" : " " + route.name()));
                }
            }
        }
        return new Coverage(total - missed.size(), total, missed);
    }

    /// How many of a hundred; 100 of no routes.
    double percent() {
        return total == 0 ? 100 : reached * 100.0 / total;
    }
}
