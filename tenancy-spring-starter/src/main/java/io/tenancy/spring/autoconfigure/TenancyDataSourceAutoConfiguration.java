package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * The data source of the application: it reaches the bound tenant's rows, through Hibernate, {@code JdbcTemplate} and
 * {@code JdbcClient} alike. Boot's own data source gives way to it, and it gives way to one of the application's.
 */
@AutoConfiguration(
        after = TenancyAutoConfiguration.class,
        beforeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyDataSourceAutoConfiguration {

    /** Made by Spring. */
    public TenancyDataSourceAutoConfiguration() {}

    /**
     * The tenants' data source.
     *
     * @param installation has it
     * @return gives connections inside tenant scopes only
     */
    @Bean
    @Primary
    @ConditionalOnMissingBean(DataSource.class)
    DataSource tenantDataSource(TenancyInstallation installation) {
        return installation.dataSource();
    }
}
