package io.tenancy.samples.cms.site;

/** The shape that a clinic's article covers are drawn from. */
public enum Motif {
    /** A heartbeat's line. */
    PULSE,
    /** Layers that lie on each other as those of the skin do. */
    LAYERS,
    /** Circles that meet. */
    CIRCLES
}
