-- 宣讲与思政活动场次
-- Talks and study sessions in the period: lectures, civic classes, study sessions, visits of model workers.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, activities.kind IN ('lecture', 'civic_class', 'study', 'model_story') AS counts,
           UNNEST(['all', told('kind', activities.kind), told('industry', industry),
               told('ownership', ownership)]) AS category
    FROM activities
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
