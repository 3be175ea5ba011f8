package io.tenancy.spring.internal;

import io.tenancy.spring.ConfigurationFault;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Looks at the properties of Stripe. No fault shows a secret, in whole or in part. */
final class StripeCheck {

    private static final String PREFIX = "tenancy.billing.stripe.";
    private static final String KEY = PREFIX + "api-key";
    private static final String HIDDEN = "(hidden)";
    private static final String LIBRARY = "com.stripe.StripeClient";
    private static final String BILLING = "io.tenancy.billing.stripe.TenancyStripe";

    // Restricted keys may be of another alphabet one day; a blank or a quotation mark is never part of one.
    private static final Pattern SECRET_KEY = Pattern.compile("(sk|rk)_(test|live)_[\\x21-\\x7e&&[^\"'`]]+");
    private static final Pattern WEBHOOK_SECRET = Pattern.compile("whsec_[\\x21-\\x7e&&[^\"'`]]{3,}");
    private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9_-]{1,40}");
    private static final Pattern ACCOUNT = Pattern.compile("acct_[A-Za-z0-9]+");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");
    private static final int FEWEST_CONNECTIONS = 2;
    private static final int FEWEST_CALLS = 10;
    private static final int LONGEST_EVENT_NAME = 100;

    private final Environment environment;
    private final Binder binder;
    private final ClassLoader libraries;
    private final List<ConfigurationFault> faults = new ArrayList<>();

    private StripeCheck(Environment environment, ClassLoader libraries) {
        this.environment = environment;
        this.binder = Binder.get(environment);
        this.libraries = libraries;
    }

    static List<ConfigurationFault> faults(Environment environment) {
        return faults(environment, StripeCheck.class.getClassLoader());
    }

    /** The same where only some libraries are there. */
    static List<ConfigurationFault> faults(Environment environment, ClassLoader libraries) {
        String key = environment.getProperty(KEY);
        if (key == null) {
            return List.of();
        }
        StripeCheck check = new StripeCheck(environment, libraries);
        check.libraries();
        check.key(key);
        check.webhook();
        check.names();
        check.addresses();
        check.bounds();
        return check.faults;
    }

    private void libraries() {
        if (ClassUtils.isPresent(BILLING, libraries) && !ClassUtils.isPresent(LIBRARY, libraries)) {
            add(
                    KEY,
                    HIDDEN,
                    "Stripe's own client is not on the class path",
                    "Add com.stripe:stripe-java, or remove the property.");
        }
    }

    private void key(String key) {
        if (SECRET_KEY.matcher(key).matches()) {
            return;
        }
        String fault = key.isEmpty()
                ? "it is empty"
                : key.startsWith("pk_")
                        ? "it is a publishable key, which collects nothing"
                        : key.strip().equals(key)
                                ? "it is no secret key of Stripe"
                                : "there are blanks or line breaks around it";
        add(
                KEY,
                HIDDEN,
                fault,
                "Set it to a secret or restricted key, sk_test_…, sk_live_…, rk_test_… or rk_live_…, from Stripe's dashboard"
                        + " under Developers, API keys; or remove it.");
    }

    private void webhook() {
        List<String> secrets = read("webhook-secrets", Bindable.listOf(String.class));
        if (secrets != null
                && !secrets.stream()
                        .allMatch(each -> WEBHOOK_SECRET.matcher(each).matches())) {
            add(
                    PREFIX + "webhook-secrets",
                    HIDDEN,
                    "one of them is no secret of an endpoint",
                    "Set it to the 'whsec_…' that Stripe's dashboard shows with the endpoint, or 'stripe listen' prints.");
        }
        matches("webhook-path", PATH, "it is no plain path", "Set it to such as /tenancy/stripe/webhook.");
    }

    private void names() {
        matches(
                "installation",
                INSTALLATION,
                "it is 1 to 40 characters of a-z, 0-9, _ and -",
                "Correct it, or remove it to have it made of spring.application.name.");
        matches("account", ACCOUNT, "it is no account of Stripe", "Set it to the 'acct_…' of Stripe's dashboard.");
        var meters = read("meters", Bindable.mapOf(String.class, String.class));
        if (meters != null) {
            meters.forEach((metric, event) -> {
                if (event.isBlank() || event.length() > LONGEST_EVENT_NAME) {
                    add(
                            PREFIX + "meters." + metric,
                            event,
                            "events of Stripe's meters have a name of 1 to " + LONGEST_EVENT_NAME + " characters",
                            "Set it to the event name of the meter in Stripe's dashboard.");
                }
            });
        }
    }

    private void addresses() {
        for (String base : List.of("api-base", "meter-events-base")) {
            String value = environment.getProperty(PREFIX + base);
            if (value != null && !isWeb(value)) {
                add(
                        PREFIX + base,
                        value,
                        "it is no whole address",
                        "Set it to such as http://localhost:12111, or remove it for Stripe's own.");
            }
        }
    }

    private static boolean isWeb(String address) {
        try {
            URI uri = URI.create(address);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private void bounds() {
        for (String time : List.of("compared-every", "connect-timeout", "read-timeout")) {
            Duration value = read(time, Bindable.of(Duration.class));
            if (value != null && (value.isNegative() || value.isZero())) {
                add(
                        PREFIX + time,
                        environment.getProperty(PREFIX + time),
                        "time runs forward",
                        "Set it to a positive duration such as 10s.");
            }
        }
        least("compared-calls", FEWEST_CALLS);
        least("workers", 1);
        least("connections", FEWEST_CONNECTIONS);
    }

    private void least(String name, int least) {
        Integer value = read(name, Bindable.of(Integer.class));
        if (value != null && value < least) {
            add(
                    PREFIX + name,
                    value.toString(),
                    "it is " + least + " at least",
                    "Set it to " + least + " or more, or remove it.");
        }
    }

    private void matches(String name, Pattern pattern, String fault, String fix) {
        String value = environment.getProperty(PREFIX + name);
        if (value != null && !pattern.matcher(value).matches()) {
            add(PREFIX + name, value, fault, fix);
        }
    }

    private <T> @Nullable T read(String name, Bindable<T> type) {
        try {
            return binder.bind(PREFIX + name, type).orElse(null);
        } catch (BindException reported) {
            return null;
        }
    }

    private void add(String property, @Nullable String value, String fault, String fix) {
        faults.add(new ConfigurationFault(property, value, fault, fix));
    }
}
