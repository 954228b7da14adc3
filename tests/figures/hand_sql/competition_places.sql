-- 市级以上竞赛前三名人次
-- First to third places in the period in competitions of a city or above. A part without a place is no.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, level IN ('city', 'province', 'national_second', 'national_first', 'international')
           AND place IS NOT NULL AND place <= 3 AS counts,
           UNNEST(['all', told('level', level), told('industry', industry)]) AS category
    FROM competitions
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
