-- 培训学时总量
-- Hours of training in the period, kept in minutes.
SELECT unit, period, category, coalesce(SUM(hours), 0) AS numerator, NULL AS denominator,
       COUNT(*) FILTER (hours IS NULL) AS undetermined, COUNT(*) AS population,
       numerator / 60 AS value
FROM (
    SELECT unit, period, id, hours,
           UNNEST(['all', told('kind', trainings.kind), told('industry', industry)]) AS category
    FROM trainings
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
