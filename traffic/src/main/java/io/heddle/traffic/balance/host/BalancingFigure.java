package io.heddle.traffic.balance.host;

/// What a balancer says of its decisions, for whoever counts them; named as Envoy names it in `cluster.<name>.…`.
public enum BalancingFigure {
    PANIC("lb_healthy_panic", "Requests balanced, or failed, in a panic."),
    ZONES_RECALCULATED("lb_recalculate_zone_structures", "Times that the shares of zones were computed."),
    ZONES_TOO_SMALL("lb_zone_cluster_too_small", "Of these, with too few hosts to go by zones."),
    LOCAL_CLUSTER_NOT_OK("lb_local_cluster_not_ok", "Of these, without proxies in this one's zone."),
    ZONE_ALL_DIRECTLY("lb_zone_routing_all_directly", "Requests to the own zone, which takes all."),
    ZONE_SAMPLED("lb_zone_routing_sampled", "Requests to the own zone, which takes a share."),
    ZONE_CROSSED("lb_zone_routing_cross_zone", "Requests to other zones."),
    ZONE_NO_CAPACITY("lb_zone_no_capacity_left", "Of these, to any, as none had room."),
    SUBSET_SELECTED("lb_subsets_selected", "Requests to the subset that they asked for."),
    SUBSET_FALLBACK("lb_subsets_fallback", "Requests to what there is instead of a subset."),
    SUBSET_FALLBACK_PANIC("lb_subsets_fallback_panic", "Requests to any host, as the default subset had none.");

    private final String stat;
    private final String help;

    BalancingFigure(String stat, String help) {
        this.stat = stat;
        this.help = help;
    }

    /// Envoy's name.
    public String stat() {
        return stat;
    }

    /// What it means, for people.
    public String help() {
        return help;
    }
}
