-- 市级以上荣誉人次
-- Honours given in the period by a city or above.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, level IN ('city', 'province', 'national') AS counts,
           UNNEST(['all', told('level', level), told('kind', honours.kind)]) AS category
    FROM honours
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
