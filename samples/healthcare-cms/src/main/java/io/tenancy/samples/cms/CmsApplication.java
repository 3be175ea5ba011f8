package io.tenancy.samples.cms;

import java.time.InstantSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/**
 * A clinic's website with an editor behind a log-in, written for one clinic. Nothing but the packages {@code clinics},
 * {@code billing}, {@code plugin} and {@code platform} knows that more than one exists.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class CmsApplication {

    /**
     * Starts the application.
     *
     * @param args Spring Boot's command-line arguments
     */
    public static void main(String[] args) {
        SpringApplication.run(CmsApplication.class, args);
    }

    @Bean
    InstantSource instantSource() {
        return InstantSource.system();
    }
}
