package io.tenancy.samples.cms.clinics;

import io.tenancy.jpa.embedded.EmbeddedInstallation;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.samples.cms.CmsProperties;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Tells whoever started the application what to open, and where its data lies. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class OpeningNotice {

    private static final Logger log = LoggerFactory.getLogger(OpeningNotice.class);

    private final CmsProperties properties;
    private final ObjectProvider<EmbeddedInstallation> embedded;
    private final ObjectProvider<DatabaseServer> servers;

    OpeningNotice(
            CmsProperties properties,
            ObjectProvider<EmbeddedInstallation> embedded,
            ObjectProvider<DatabaseServer> servers) {
        this.properties = properties;
        this.embedded = embedded;
        this.servers = servers;
    }

    @EventListener
    void tell(ApplicationReadyEvent ready) {
        Environment environment = ready.getApplicationContext().getEnvironment();
        log.info("{}", data());
        log.info("Open http://{}:{}", properties.landingHost(), environment.getProperty("local.server.port", "8080"));
    }

    private String data() {
        EmbeddedInstallation installation = embedded.getIfAvailable();
        if (installation == null) {
            return "The clinics' data lie on your own PostgreSQL: "
                    + servers.orderedStream().map(DatabaseServer::toString).collect(Collectors.joining(", "));
        }
        return "The clinics' data lie in "
                + installation.postgres().dataDirectory().getParent()
                + " and stay there; --data-dir=<directory> chooses another place";
    }
}
