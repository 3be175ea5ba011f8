package io.tenancy.samples.cms;

import io.tenancy.samples.cms.directory.ClinicCard;
import io.tenancy.samples.cms.directory.ClinicDirectory;
import io.tenancy.samples.cms.seed.ClinicSeed;
import io.tenancy.samples.cms.seed.ClinicSeeder;
import io.tenancy.samples.cms.seed.ClinicSeeds;
import io.tenancy.test.TestDatabase;
import io.tenancy.test.TestPostgres;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Runs the application as what its code is: one clinic on one ordinary database. The schema has the placeholder's name,
 * so the same queries run here and behind the SDK.
 */
@TestConfiguration(proxyBeanMethods = false)
class PlainDatabase {

    static final String SCHEMA = "tenant_schema";

    @Bean
    DataSource dataSource() {
        TestDatabase database = TestPostgres.shared().createDatabase();
        DataSource connections = new DriverManagerDataSource(
                database.jdbcUrl(), database.owner().user(), database.owner().password());
        Flyway.configure()
                .dataSource(connections)
                .schemas(SCHEMA)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return connections;
    }

    @Bean
    HibernatePropertiesCustomizer placeholderSchema() {
        return properties -> properties.put("hibernate.default_schema", SCHEMA);
    }

    @Bean
    ApplicationRunner filled(
            ClinicSeeds seeds, ClinicSeeder seeder, @Value("${cms.development.clinic:limestone}") String slug) {
        return arguments -> seeder.seed(seed(seeds, slug));
    }

    private static ClinicSeed seed(ClinicSeeds seeds, String slug) {
        return seeds.all().stream()
                .filter(clinic -> clinic.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no clinic '" + slug + "' in the seed"));
    }

    @Bean
    ClinicDirectory clinicDirectory(ClinicSeeds seeds, @Value("${server.port:8080}") String port) {
        return () -> seeds.all().stream()
                .map(clinic -> new ClinicCard(
                        clinic.brand().name(),
                        clinic.slug(),
                        clinic.brand().specialty(),
                        clinic.brand().city(),
                        clinic.isolation(),
                        "DATABASE".equals(clinic.isolation()) ? "cms_" + clinic.slug() : "cms",
                        "SCHEMA".equals(clinic.isolation()) ? "t_" + clinic.slug() : SCHEMA,
                        "http://" + clinic.slug() + ".localhost:" + port,
                        clinic.brand().primaryColour()))
                .toList();
    }
}
