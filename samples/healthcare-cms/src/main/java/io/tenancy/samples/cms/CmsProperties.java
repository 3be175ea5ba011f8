package io.tenancy.samples.cms;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What this installation decides, as opposed to what a clinic decides about itself.
 *
 * @param landingHost the host name that shows the list of clinics instead of a clinic's site
 * @param demoCredentials whether the log-in page shows the demonstration accounts; only sensible on a demonstration
 * @param demoPassword the password that seeded accounts get
 * @param usageDirectory where calls of the API wait on their way to the database; a leading {@code ~} is the user's home.
 *     It has to outlive the process, and each process needs its own
 * @param pluginKeys where the keys of the demonstration's curator and publisher of plugins are kept; a leading {@code ~} is
 *     the user's home
 * @param demoPlugins where the demonstration's store takes its plugins from: patterns of manifests, each beside its module
 *     and its samples. Add the folder of a plugin of your own to try it here
 * @param paymentPages where Stripe's pages are, to which forms of a clinic's bills lead
 * @param operator who looks after the clinics and their bills
 */
@ConfigurationProperties("cms")
public record CmsProperties(
        @DefaultValue("localhost") String landingHost,
        @DefaultValue("false") boolean demoCredentials,
        @DefaultValue("open-the-clinic") String demoPassword,
        @DefaultValue("~/.tenancy/healthcare-cms/usage") String usageDirectory,

        @DefaultValue("~/.tenancy/healthcare-cms/plugin-keys")
        String pluginKeys,

        @DefaultValue("classpath:plugins/*/manifest.json") List<String> demoPlugins,

        @DefaultValue({"https://checkout.stripe.com", "https://billing.stripe.com"})
        List<String> paymentPages,

        @DefaultValue Operator operator) {

    private static final String OPERATOR_OF_THE_DEMONSTRATION = "run-the-platform";

    /**
     * Who looks after the clinics and their bills, on the landing host.
     *
     * @param name the name to sign in with
     * @param password the password; blank for none
     */
    public record Operator(
            @DefaultValue("operator") String name,
            @DefaultValue("") String password) {

        @Override
        public String toString() {
            return "Operator[" + name + "]";
        }
    }

    /**
     * The operator's password.
     *
     * @return blank when nobody can sign in: no password is set, and this is no demonstration
     */
    public String operatorPassword() {
        return operator.password().isBlank() && demoCredentials ? OPERATOR_OF_THE_DEMONSTRATION : operator.password();
    }
}
