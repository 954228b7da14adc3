-- 阵地与文化活动场次
-- Activities at workers' venues and of workers' culture in the period.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, activities.kind IN ('venue_activity', 'culture') AS counts,
           UNNEST(['all', told('kind', activities.kind), told('industry', industry)]) AS category
    FROM activities
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
