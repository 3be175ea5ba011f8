package io.tenancy.jpa.usage;

/** How long a roll-up is. The order is that in which roll-ups are touched and computed from each other. */
enum Span {
    HOUR('h'),
    DAY('d'),
    PERIOD('p');

    private final char code;

    Span(char code) {
        this.code = code;
    }

    String code() {
        return String.valueOf(code);
    }

    static Span of(String code) {
        for (Span span : values()) {
            if (span.code().equals(code)) {
                return span;
            }
        }
        throw new IllegalStateException("No roll-up has the span '" + code + "'");
    }
}
