package io.tenancy.samples.cms.site;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** Where the clinic's own row is kept. */
public interface SiteRepository extends JpaRepository<Site, UUID> {

    /**
     * Finds the clinic.
     *
     * @return empty before the clinic was set up
     */
    @Query("select s from Site s")
    Optional<Site> findTheSite();
}
