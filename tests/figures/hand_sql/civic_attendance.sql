-- 宣讲与思政活动参加人次
-- Attendance at the talks and study sessions in the period.
SELECT unit, period, category, coalesce(SUM(attended) FILTER (counts), 0) AS numerator, NULL AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND attended IS NULL) AS undetermined, COUNT(*) AS population,
       numerator AS value
FROM (
    SELECT unit, period, id, attended,
               activities.kind IN ('lecture', 'civic_class', 'study', 'model_story') AS counts,
           UNNEST(['all', told('kind', activities.kind), told('industry', industry),
               told('ownership', ownership)]) AS category
    FROM activities
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
